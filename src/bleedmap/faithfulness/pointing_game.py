"""Pointing game: does the highest place of a map lie in the bleed? (Zhang 2018, Top-down neural attention, 4.1)."""

import numpy as np
from numpy.typing import NDArray


def pointing_game(
    maps: NDArray[np.floating], inside: NDArray[np.bool_], bleeds: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """1 where the highest pixel of the brain lies in the bleed, 0 where it does not.

    Where several pixels are the highest, the share of them that does: what one of them taken at random would score. A
    map that is the same everywhere hits as often as chance, not always. There is no margin around the bleed (Zhang
    2018 allows 15 pixels of a photograph).

    Args:
        maps: (B, H, W) saliency.
        inside: (B, H, W) bool, the brain.
        bleeds: (B, H, W) bool, bleeds of the class.

    Returns:
        (B,) in [0, 1]; NaN without a bleed or without a brain.
    """
    pixels = (1, 2)
    values = np.where(inside, maps, -np.inf)
    highest = inside & (values == values.max(axis=pixels, keepdims=True))
    places, hits = highest.sum(axis=pixels), (highest & bleeds).sum(axis=pixels)
    return np.where(bleeds.any(axis=pixels) & (places > 0), hits / np.maximum(places, 1), np.nan)
