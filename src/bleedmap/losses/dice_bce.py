"""Dice loss over the whole batch plus binary cross-entropy of voxels (spec 2.4)."""

import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import DiceBceSpec
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.losses.dice import dice_loss
from bleedmap.losses.known import known_mean, known_voxels
from bleedmap.losses.loss import Loss, Targets
from bleedmap.losses.positive_weight import weight_of_positives


class DiceBce(Loss):
    """``1 - (2 sum(p y) + e) / (sum p + sum y + e)`` over the known voxels of the batch, plus their mean cross-entropy.

    Args:
        positive_weight: factor on the cross-entropy of hemorrhage voxels.
        background: whether the Dice loss is the mean of this one and that of background.
    """

    positive_weight: Tensor

    def __init__(self, positive_weight: Tensor, *, background: bool = False) -> None:
        super().__init__()
        self._background = background
        self.register_buffer("positive_weight", positive_weight)

    def forward(self, outputs: Tensor, targets: Targets) -> Tensor:
        """Loss of (B, D, H, W) logits against (B, D, H, W) masks."""
        drawn, known = known_voxels(targets["masks"])
        entropy = F.binary_cross_entropy_with_logits(outputs, drawn, pos_weight=self.positive_weight, reduction="none")
        dice = dice_loss((outputs.sigmoid() * known)[:, None], drawn[:, None])
        if self._background:
            dice = (dice + dice_loss(((-outputs).sigmoid() * known)[:, None], (known - drawn)[:, None])) / 2
        return dice + known_mean(entropy, known)

    def weight(self, targets: Targets) -> Tensor:
        """Number of known voxels: a patch of slices that an earlier one has shown counts what it shows anew."""
        return (targets["masks"] != UNKNOWN_VOXEL).sum()


def build(spec: DiceBceSpec, negatives_per_positive: ArrayLike) -> DiceBce:
    """The loss; arguments as for ``build_loss``."""
    weight = weight_of_positives(spec.positive_weight, negatives_per_positive)
    return DiceBce(weight, background=spec.background)
