"""Dice loss over the whole batch, mean over the subtypes, plus cross-entropy of voxels: for masks of subtypes."""

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import DiceCeSpec
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.losses.dice import dice_loss
from bleedmap.losses.known import known_mean
from bleedmap.losses.loss import Loss, Targets


class DiceCe(Loss):
    """Mean over subtypes of ``1 - (2 sum(p y) + e) / (sum p + sum y + e)``, plus the mean of ``-log p`` of the truth.

    Sums and means are over the known voxels of the batch.
    """

    def forward(self, outputs: Tensor, targets: Targets) -> Tensor:
        """Loss of (B, 6, D, H, W) logits, background first, against (B, D, H, W) masks of labels 1 to 5."""
        known = targets["masks"] != UNKNOWN_VOXEL
        labels = targets["masks"].where(known, 0).long()
        classes = torch.arange(outputs.shape[1], device=labels.device)
        drawn = ((labels[:, None] == classes[:, None, None, None]) & known[:, None]).to(outputs.dtype)
        dice = dice_loss((torch.softmax(outputs, dim=1) * known[:, None])[:, 1:], drawn[:, 1:])
        return dice + known_mean(F.cross_entropy(outputs, labels, reduction="none"), known.to(outputs.dtype))

    def weight(self, targets: Targets) -> Tensor:
        """Number of known voxels: a patch of slices that an earlier one has shown counts what it shows anew."""
        return (targets["masks"] != UNKNOWN_VOXEL).sum()


def build(spec: DiceCeSpec, negatives_per_positive: ArrayLike) -> DiceCe:
    """The loss; nothing to choose."""
    return DiceCe()
