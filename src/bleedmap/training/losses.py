"""Losses of networks with one logit a slice or voxel, by their config names."""

import torch
import torch.nn.functional as F
from monai.losses import DiceLoss
from torch import Tensor, nn

from bleedmap.config.training import TrainingSpec

EPSILON = 1e-5  # keeps the Dice loss of two empty masks at zero (spec 2.4)


class Focal(nn.Module):
    """Binary focal loss ``(1 - p_t) ** gamma * BCE`` (Lin 2017, Eq. 4), mean over all elements.

    Args:
        gamma: focusing exponent; 0 is plain binary cross-entropy.
        positive_weight: factor on the loss of positive elements.
    """

    def __init__(self, gamma: float, positive_weight: float = 1.0) -> None:
        super().__init__()
        self._gamma, self._positive_weight = gamma, positive_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Loss of logits against targets 0 or 1, same shape."""
        entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        probability_of_truth = torch.sigmoid(logits * (2 * targets - 1))
        weight = 1 + (self._positive_weight - 1) * targets
        return (weight * (1 - probability_of_truth) ** self._gamma * entropy).mean()


class DiceAndCrossEntropy(nn.Module):
    """Dice loss over the whole batch plus binary cross-entropy (spec 2.4).

    Args:
        positive_weight: factor on the cross-entropy of positive voxels.
    """

    def __init__(self, positive_weight: float | None = None) -> None:
        super().__init__()
        self._dice = DiceLoss(sigmoid=True, batch=True, smooth_nr=EPSILON, smooth_dr=EPSILON)
        self._cross_entropy = _cross_entropy(positive_weight)

    def forward(self, logits: Tensor, masks: Tensor) -> Tensor:
        """Loss of (B, D, H, W) logits against (B, D, H, W) masks."""
        total: Tensor = self._dice(logits[:, None], masks[:, None]) + self._cross_entropy(logits, masks)
        return total


def build_loss(spec: TrainingSpec, *, default: str, negatives_per_positive: float) -> nn.Module:
    """The loss that a config names.

    Args:
        spec: name of the loss, focusing exponent, weight of positives.
        default: name where the spec has none.
        negatives_per_positive: of the training data; the weight that ``balanced`` stands for.
    """
    weight = negatives_per_positive if spec.positive_weight == "balanced" else spec.positive_weight
    name = spec.loss or default
    if name == "focal":
        return Focal(spec.focal_gamma, 1.0 if weight is None else weight)
    return DiceAndCrossEntropy(weight) if name == "dice_bce" else _cross_entropy(weight)


def _cross_entropy(positive_weight: float | None) -> nn.BCEWithLogitsLoss:
    return nn.BCEWithLogitsLoss(pos_weight=None if positive_weight is None else torch.tensor(positive_weight))
