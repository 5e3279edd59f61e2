"""Binary cross-entropy of every class of a slice (spec 2.2)."""

import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import BceSpec
from bleedmap.losses.known import known_labels, known_mean
from bleedmap.losses.loss import Loss, SliceLogits, Targets
from bleedmap.losses.positive_weight import weight_of_positives


class Bce(Loss):
    """Mean over all known labels of ``-(w y log p + (1 - y) log(1 - p))``.

    Args:
        positive_weight: w, a number or (K,).
    """

    positive_weight: Tensor

    def __init__(self, positive_weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("positive_weight", positive_weight)

    def forward(self, outputs: SliceLogits, targets: Targets) -> Tensor:
        """Loss of (..., K) logits against (..., K) labels."""
        labels, known = known_labels(targets["labels"])
        entropy = F.binary_cross_entropy_with_logits(
            outputs.logits, labels, pos_weight=self.positive_weight, reduction="none"
        )
        return known_mean(entropy, known)

    def weight(self, targets: Targets) -> Tensor:
        """Number of known labels."""
        return (~targets["labels"].isnan()).sum()


def build(spec: BceSpec, negatives_per_positive: ArrayLike) -> Bce:
    """The loss; arguments as for ``build_loss``."""
    return Bce(weight_of_positives(spec.positive_weight, negatives_per_positive))
