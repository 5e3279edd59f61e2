"""From a config to a loss."""

from typing import cast

from numpy.typing import ArrayLike

from bleedmap.components import load
from bleedmap.config.losses import AnyLoss
from bleedmap.losses.loss import Loss


def build_loss(spec: AnyLoss, negatives_per_positive: ArrayLike = 1.0) -> Loss:
    """The loss that a config names.

    Args:
        spec: the loss.
        negatives_per_positive: of the training data, one number or one a class; what ``balanced`` stands for.
    """
    return cast("Loss", load(spec).build(spec, negatives_per_positive))
