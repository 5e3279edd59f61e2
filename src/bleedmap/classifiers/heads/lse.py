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
        cells = maps.shape[2] * maps.shape[3]
        return (torch.logsumexp(self._r * maps.flatten(2), dim=2) - math.log(cells)) / self._r


def build(spec: LseHead, channels: int, classes: int) -> Lse:
    """The head; arguments as for ``LogitMapHead``."""
    return Lse(channels, classes, spec.r)
