"""What every slice classifier is: slices in, a logit and perhaps a logit map for each class out."""

from typing import NamedTuple

from torch import Tensor, nn

from bleedmap.config.classifiers import ClassifierSpec


class SliceOutput(NamedTuple):
    """What a classifier says about a batch of slices.

    Args:
        logits: (B, K) float, a logit a class.
        maps: (B, K, h, w) float, where the logits come from, without bias; None from networks without such maps.
    """

    logits: Tensor
    maps: Tensor | None


class SliceClassifier(nn.Module):
    """Base of the classifiers.

    Attributes:
        spec: the config that it was built from.
        classes: one name a logit.
        reach: slices on each side that it sees beside the one it judges.
    """

    spec: ClassifierSpec
    classes: tuple[str, ...]
    reach: int

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU to logits and maps."""
        raise NotImplementedError
