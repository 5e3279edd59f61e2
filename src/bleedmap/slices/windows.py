"""Windows: HU to grey values between 0 and 1 (spec 0.1, fixed bounds)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bleedmap.config.slices import WindowSpec


def apply_windows(hu: Tensor, windows: Sequence[WindowSpec]) -> Tensor:
    """One channel a window.

    Args:
        hu: (B, ...) HU, any number type.
        windows: level and width in HU.

    Returns:
        (B, C, ...) float32 in [0, 1].
    """
    values = hu.float()
    channels = [((values - (w.level - w.width / 2)) / w.width).clamp(0, 1) for w in windows]
    return torch.stack(channels, dim=1)


def grey_bytes(hu: Tensor, window: WindowSpec) -> Tensor:
    """One window as 0..255, uint8, same shape as ``hu``."""
    return (apply_windows(hu[None], [window])[0, 0] * 255).round().to(torch.uint8)
