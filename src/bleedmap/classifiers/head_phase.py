"""A phase in which the head alone learns, on a frozen backbone."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.training import TrainingSpec
from bleedmap.training.metrics import Auroc

if TYPE_CHECKING:
    from bleedmap.classifiers.backbone import BackboneClassifier


class OnFrozenBackbone(nn.Module):
    """A slice classifier of which only the head learns; the backbone stays in evaluation mode.

    Args:
        classifier: its head is trained in place.
    """

    def __init__(self, classifier: "BackboneClassifier") -> None:
        super().__init__()
        self.classifier = classifier
        classifier.backbone.requires_grad_(False)

    def train(self, mode: bool = True) -> "OnFrozenBackbone":
        """Training mode for the head."""
        super().train(mode)
        self.classifier.backbone.eval()
        return self

    def forward(self, hu: Tensor) -> SliceOutput:
        """(B, 2 reach + 1, H, W) HU to (B, K) logits."""
        output: SliceOutput = self.classifier(hu)
        return output


def head_phase(model: "BackboneClassifier", spec: TrainingSpec) -> Phase:
    """The head alone, on single slices.

    Args:
        model: its backbone is frozen when the phase begins, and stays so.
        spec: the training.
    """
    return Phase(
        name="head",
        spec=spec,
        network=lambda: OnFrozenBackbone(model),
        batches=lambda data, roles, seed: SliceBatches(data, roles, spec, seed, model.classes, model.reach),
        metric=lambda: Auroc(model.classes),
    )
