"""Training with context: LSTM on, backbone tuned, LSTM off, head put back (spec 2.2; paper 001)."""

from typing import TYPE_CHECKING

from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.sequence_batches import SequenceBatches
from bleedmap.classifiers.sequence_classifier import SequenceClassifier, save_sequence
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.classifiers import LstmContext
from bleedmap.training.metrics import Auroc

if TYPE_CHECKING:
    from bleedmap.classifiers.backbone import BackboneClassifier


class OnFrozenBackbone(nn.Module):
    """A slice classifier of which only the head learns; the backbone's batch norm stays in evaluation mode.

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


def context_phases(model: "BackboneClassifier", spec: LstmContext) -> list[Phase]:
    """LSTM and backbone together on sequences of slices; then, for ``head: refit``, the head alone on single slices.

    Args:
        model: trained on single slices; its backbone and head are trained in place.
        spec: the LSTM and both trainings.
    """
    context = Phase(
        name="context",
        spec=spec.training,
        network=lambda: SequenceClassifier(model, spec),
        batches=lambda data, roles, seed: SequenceBatches(data, roles, spec, seed, model.classes, model.reach),
        keep=lambda weights, path: save_sequence(weights, spec, path),
    )
    head = Phase(
        name="head",
        spec=spec.refit,
        network=lambda: OnFrozenBackbone(model),
        batches=lambda data, roles, seed: SliceBatches(data, roles, spec.refit, seed, model.classes, model.reach),
        metric=lambda: Auroc(model.classes),
    )
    return [context, head] if spec.head == "refit" else [context]
