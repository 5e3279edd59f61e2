"""Losses of all levels of a U-shaped classifier, and what keeps their maps alike (paper 003, equations 6 and 7)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from bleedmap.config.losses import LevelsSpec
from bleedmap.errors import ConfigError
from bleedmap.losses.known import known_labels, known_mean
from bleedmap.losses.loss import LevelLogits, Loss, Targets
from bleedmap.losses.positive_weight import weight_of_positives


class Levels(Loss):
    """``sum_i alpha_i BCE(l_i, y) + sum_i beta_i MSE(mean of 2 x 2 cells of f_i, f_(i + 1))``, i from fine to coarse.

    l are logits, f logit maps without the bias, y labels. What is not known of a slice counts in neither sum.

    Args:
        alpha: weight of the cross-entropy of each level.
        beta: weight of the difference between each level and the next coarser one.
        positive_weight: factor on the cross-entropy of positive slices, a number or (K,).
    """

    positive_weight: Tensor

    def __init__(self, alpha: Sequence[float], beta: Sequence[float], positive_weight: Tensor) -> None:
        super().__init__()
        self._alpha, self._beta = tuple(alpha), tuple(beta)
        self.register_buffer("positive_weight", positive_weight)

    def forward(self, outputs: LevelLogits, targets: Targets) -> Tensor:
        """Loss of (B, K) logits and (B, K, h, w) maps of each level against (B, K) labels.

        Raises:
            ConfigError: the network has another number of levels.
        """
        labels, known = known_labels(targets["labels"])
        levels = (outputs, *outputs.deeper)
        if len(levels) != len(self._alpha):
            raise ConfigError(
                "other-levels",
                found=f"{len(self._alpha)} weights alpha for a network of {len(levels)} levels",
                expected="a weight for each level, and beta for each but the last",
                remedy="give the loss as many, or choose another backbone",
            )
        total = outputs.logits.new_zeros(())
        for alpha, level in zip(self._alpha, levels, strict=True):
            entropy = F.binary_cross_entropy_with_logits(
                level.logits, labels, pos_weight=self.positive_weight, reduction="none"
            )
            total = total + alpha * known_mean(entropy, known)
        for beta, (fine, coarse) in zip(self._beta, pairwise(levels), strict=True):
            total = total + beta * known_mean(_unlike(_maps(fine), _maps(coarse)), known)
        return total

    def weight(self, targets: Targets) -> Tensor:
        """Number of known labels."""
        return (~targets["labels"].isnan()).sum()


def _maps(level: LevelLogits) -> Tensor:
    # the config has seen to it that the heads make maps of all classes
    return cast("Tensor", level.maps).float()


def _unlike(fine: Tensor, coarse: Tensor) -> Tensor:
    """(B, K) mean square of the difference between maps of two levels; an odd border has a cell of less."""
    pooled = F.avg_pool2d(fine, 2, ceil_mode=True, count_include_pad=False)
    return torch.mean((pooled - coarse).square(), dim=(2, 3))


def build(spec: LevelsSpec, negatives_per_positive: ArrayLike) -> Levels:
    """The loss; arguments as for ``build_loss``."""
    weight = weight_of_positives(spec.positive_weight, negatives_per_positive)
    return Levels(spec.alpha, spec.beta, weight)
