"""Bring maps to [0, 1]."""

from typing import NamedTuple

from torch import Tensor


class Stretched(NamedTuple):
    """Maps in [0, 1] and what they were: ``low + maps * (high - low)``.

    Args:
        maps: (B, H, W) float in [0, 1]; zero where a map was constant.
        low: (B,) the lowest value of each map before.
        high: (B,) the highest one.
    """

    maps: Tensor
    low: Tensor
    high: Tensor


def stretch(maps: Tensor) -> Stretched:
    """Min-max per sample; a constant map becomes zero.

    Args:
        maps: (B, H, W) float.
    """
    low, high = maps.amin(dim=(1, 2)), maps.amax(dim=(1, 2))
    span = (high - low)[:, None, None]
    stretched = ((maps - low[:, None, None]) / span.where(span > 0, 1.0)).where(span > 0, 0.0)
    return Stretched(stretched, low, high)
