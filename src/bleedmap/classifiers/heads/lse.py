"""Log-sum-exp pooling of logit maps, Pinheiro form: ``log(mean(exp(r x))) / r`` (spec 4.4; paper 003)."""

import math

import torch
from torch import Tensor

from bleedmap.classifiers.heads.logit_maps import LogitMapHead
from bleedmap.config.heads import LseHead


class Lse(LogitMapHead):
    """Tends to the mean as r goes to 0 and to the maximum as r grows.

    Args:
        channels: of the feature map.
        classes: number of classes.
        r: sharpness, above 0.
    """

    def __init__(self, channels: int, classes: int, r: float) -> None:
        super().__init__(channels, classes)
        self._r = r

    def pool(self, maps: Tensor) -> Tensor:
        """(B, K, h, w) logit maps to (B, K)."""
        flat = maps.flatten(2)
        # logits grow large, and a difference of small numbers keeps the digits that a large one loses
        highest = flat.detach().amax(dim=2, keepdim=True)
        rest = torch.logsumexp(self._r * (flat - highest), dim=2) - math.log(flat.shape[2])
        return highest[..., 0] + rest / self._r


def build(spec: LseHead, channels: int, classes: int) -> Lse:
    """The head; arguments as for ``LogitMapHead``."""
    return Lse(channels, classes, spec.r)
