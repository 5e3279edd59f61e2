"""Seeding loss: cross-entropy of what is sure, plus that of a whole mask (Kolesnikov 2016; paper 004; spec 5.6)."""

import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import SeedingSpec
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.losses.known import known_mean, known_voxels
from bleedmap.losses.loss import Loss, Targets


class Seeding(Loss):
    """``-(1 / sum_c |S_c|) sum_c sum_(u in S_c) log Y_uc``, over the seeds of both classes together.

    Args:
        cross_entropy: whether the mean cross-entropy of the known pixels of the mask is added.
    """

    def __init__(self, *, cross_entropy: bool) -> None:
        super().__init__()
        self._sources = ("seeds", "masks") if cross_entropy else ("seeds",)

    def forward(self, outputs: Tensor, targets: Targets) -> Tensor:
        """Loss of (B, D, H, W) logits against seeds and masks of the same shape."""
        total = outputs.new_zeros(())
        for source in self._sources:
            drawn, known = known_voxels(targets[source])
            total = total + known_mean(F.binary_cross_entropy_with_logits(outputs, drawn, reduction="none"), known)
        return total

    def weight(self, targets: Targets) -> Tensor:
        """Number of seeds."""
        return (targets["seeds"] != UNKNOWN_VOXEL).sum()


def build(spec: SeedingSpec, negatives_per_positive: ArrayLike) -> Seeding:
    """The loss; arguments as for ``build_loss``."""
    return Seeding(cross_entropy=spec.cross_entropy)
