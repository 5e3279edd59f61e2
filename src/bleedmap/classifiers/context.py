"""Training with context: LSTM on, backbone tuned, LSTM off, head put back (spec 2.2; paper 001)."""

from typing import TYPE_CHECKING

from bleedmap.classifiers.head_phase import head_phase
from bleedmap.classifiers.phase import Phase
from bleedmap.classifiers.sequence_batches import SequenceBatches
from bleedmap.classifiers.sequence_classifier import SequenceClassifier, save_sequence
from bleedmap.config.classifiers import LstmContext

if TYPE_CHECKING:
    from bleedmap.classifiers.backbone import BackboneClassifier


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
    return [context, head_phase(model, spec.refit)] if spec.head == "refit" else [context]
