"""Losses."""

import torch.nn.functional as F
from torch import Tensor, nn

from bleedmap.config.losses import AnyLoss
from bleedmap.constants import UNKNOWN_VOXEL


class DiceBce(nn.Module):
    """Dice over the batch plus cross-entropy, of known voxels."""

    def forward(self, logits: Tensor, targets: dict[str, Tensor]) -> Tensor:
        """Loss of (B, D, H, W) logits."""
        known = targets["masks"] != UNKNOWN_VOXEL
        drawn = (targets["masks"] > 0)[known].float()
        found = logits[known]
        probability = found.sigmoid()
        dice = (2 * (probability * drawn).sum() + 1e-5) / (probability.sum() + drawn.sum() + 1e-5)
        return 1 - dice + F.binary_cross_entropy_with_logits(found, drawn)


def build_loss(spec: AnyLoss, negatives_per_positive: float) -> nn.Module:
    """The loss that a config names."""
    return DiceBce()
