"""Bring maps to the size of the slice and to [0, 1]."""

from typing import NamedTuple

import torch.nn.functional as F
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


def upsample(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, (B, h, w) to (B, *size)."""
    return F.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]
