"""A part of a classifier's training with a network, data and settings of its own; a training is a loop over them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.training import TrainingSpec
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import Batches
from bleedmap.training.metrics import Auroc, Metric


class LabelledBatches(Batches, Protocol):
    """Training data that know how rare each class is."""

    def negatives_per_positive(self) -> NDArray[np.float64]:
        """(K,) slices without a bleed for each one with, in the training data."""


@dataclass(frozen=True)
class Phase:
    """What is trained in one phase.

    Args:
        name: column ``phase`` of the history, and folder of the checkpoint.
        spec: settings of this phase's training.
        network: makes the network when the phase begins; it holds the classifier, or parts of it, and trains them in
            place. What it should not train has ``requires_grad`` off.
        batches: makes the training data of ``TrainingSet``, role of every row, and seed.
        metric: makes what is told after each epoch; None: the loss alone.
        is_start: left out where every weight comes from another classifier and other phases follow.
        keep: writes those weights of its network that the classifier has no place for; None: there are none.
    """

    name: str
    spec: TrainingSpec
    network: Callable[[], nn.Module]
    batches: Callable[[TrainingSet, NDArray[np.str_], int], LabelledBatches]
    metric: Callable[[], Metric] | None = None
    is_start: bool = False
    keep: Callable[[Mapping[str, Tensor], Path], None] | None = None


def slice_phase(model: SliceClassifier, spec: TrainingSpec) -> Phase:
    """The whole network on single slices, whatever an earlier phase has frozen."""
    return Phase(
        name="slices",
        spec=spec,
        network=lambda: model.requires_grad_(True),
        batches=lambda data, roles, seed: SliceBatches(data, roles, spec, seed, model.classes, model.reach),
        metric=lambda: Auroc(model.classes),
        is_start=True,
    )
