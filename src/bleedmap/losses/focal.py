"""Focal loss of every class of a slice (Lin 2017, Eq. 4; spec 1.4)."""

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import FocalSpec
from bleedmap.losses.known import known_labels, known_mean
from bleedmap.losses.loss import Loss, SliceLogits, Targets
from bleedmap.losses.positive_weight import weight_of_positives


class Focal(Loss):
    """Mean over all known labels of ``w (1 - p_t) ** gamma * -log p_t``, p_t the probability of the truth.

    Args:
        gamma: focusing exponent; 0 is plain cross-entropy.
        positive_weight: w of positive labels, a number or (K,); w of negative ones is 1.
    """

    positive_weight: Tensor

    def __init__(self, gamma: float, positive_weight: Tensor) -> None:
        super().__init__()
        self._gamma = gamma
        self.register_buffer("positive_weight", positive_weight)

    def forward(self, outputs: SliceLogits, targets: Targets) -> Tensor:
        """Loss of (..., K) logits against (..., K) labels."""
        labels, known = known_labels(targets["labels"])
        entropy = F.binary_cross_entropy_with_logits(outputs.logits, labels, reduction="none")
        probability_of_truth = torch.sigmoid(outputs.logits * (2 * labels - 1))
        weight = 1 + (self.positive_weight - 1) * labels
        return known_mean(weight * (1 - probability_of_truth) ** self._gamma * entropy, known)

    def weight(self, targets: Targets) -> Tensor:
        """Number of known labels."""
        return (~targets["labels"].isnan()).sum()


def build(spec: FocalSpec, negatives_per_positive: ArrayLike) -> Focal:
    """The loss; arguments as for ``build_loss``."""
    return Focal(spec.gamma, weight_of_positives(spec.positive_weight, negatives_per_positive))
