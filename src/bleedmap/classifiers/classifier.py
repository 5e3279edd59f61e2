"""What every slice classifier is: slices in, a logit and perhaps a logit map for each class out."""

from typing import Any, NamedTuple, Self

from torch import Tensor, nn

from bleedmap.classifiers.taken import Taken
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.console import say


class SliceOutput(NamedTuple):
    """What a classifier says about a batch of slices.

    Args:
        logits: (B, K) float, a logit a class.
        maps: (B, K, h, w) float, where the logits (of pairs, those for each class) come from, without bias; None from
            networks without such maps.
        deeper: the same of coarser levels, from fine to coarse, for networks with maps at several (spec 4.3).
        pairs: (B, K, 2) float, logits against and for each class, from heads that have two; ``logits`` is then for
            less against, which softmax makes the same probability of (spec 1.3).
        attention: (B, 1, h, w) float, from heads that weigh places: how much each counts, 1 in all (spec 3.4).
    """

    logits: Tensor
    maps: Tensor | None = None
    deeper: "tuple[SliceOutput, ...]" = ()
    pairs: Tensor | None = None
    attention: Tensor | None = None


class SliceClassifier(nn.Module):
    """Base of the classifiers.

    Args:
        spec: the config that it is built from.

    Attributes:
        spec: the same.
        classes: one name a logit.
        reach: slices on each side that it sees beside the one it judges.
        windows: through which it sees the slices that it is asked about.
        notes: what the manifest should say of its first weights.
    """

    def __init__(self, spec: ClassifierSpec) -> None:
        super().__init__()
        self.notes: dict[str, Any] = {}
        self.spec = spec
        self.classes = spec.classes
        self.reach = spec.reach
        self.windows = spec.windows

    def look_at(self, dataset: str | None) -> Self:
        """See what follows through the windows for a data set; None: through those for any."""
        self.windows = self.spec.windows_for.get(dataset or "", self.spec.windows)
        return self

    def note_weights(self, source: str, taken: Taken) -> None:
        """Say which of the first weights come from elsewhere, and note it for the manifest.

        Args:
            source: ``pretrained`` or ``init_from``.
            taken: what was taken.
        """
        say(taken.line(source))
        self.notes[source] = taken.note()

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU, any number type, to logits and maps."""
        raise NotImplementedError
