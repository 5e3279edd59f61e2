"""Cross-entropy over the two logits of every class of a slice (spec 1.4, 5.2)."""

import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import CrossEntropySpec
from bleedmap.losses.known import known_labels, known_mean
from bleedmap.losses.loss import Loss, SliceLogits, Targets


class CrossEntropy(Loss):
    """Mean over all known labels of ``-log softmax(pair)[label]``.

    The softmax of a pair is the sigmoid of their difference, which ``logits`` is; so is every value and gradient.

    Args:
        softmax_twice: the pair that cross-entropy is asked about is already a softmax: two probabilities, whose
            difference is ``2 p - 1``.
    """

    def __init__(self, *, softmax_twice: bool) -> None:
        super().__init__()
        self._softmax_twice = softmax_twice

    def forward(self, outputs: SliceLogits, targets: Targets) -> Tensor:
        """Loss of (..., K) logits against (..., K) labels."""
        labels, known = known_labels(targets["labels"])
        difference = 2 * outputs.logits.sigmoid() - 1 if self._softmax_twice else outputs.logits
        return known_mean(F.binary_cross_entropy_with_logits(difference, labels, reduction="none"), known)

    def weight(self, targets: Targets) -> Tensor:
        """Number of known labels."""
        return (~targets["labels"].isnan()).sum()


def build(spec: CrossEntropySpec, negatives_per_positive: ArrayLike) -> CrossEntropy:
    """The loss; arguments as for ``build_loss``."""
    return CrossEntropy(softmax_twice=spec.softmax_twice)
