"""Bring maps to [0, 1] and to the size of the slice."""

import torch.nn.functional as F
from torch import Tensor


def stretch(maps: Tensor) -> Tensor:
    """Min-max per sample; a constant map becomes zero.

    Args:
        maps: (B, H, W) float.
    """
    low, high = maps.amin(dim=(1, 2), keepdim=True), maps.amax(dim=(1, 2), keepdim=True)
    span = high - low
    return ((maps - low) / span.where(span > 0, 1.0)).where(span > 0, 0.0)


def upsample(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, (B, h, w) to (B, *size)."""
    return F.interpolate(maps[:, None], size=size, mode="bilinear", align_corners=False)[:, 0]
