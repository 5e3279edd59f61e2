"""Seeds: what of a saliency map is sure enough to learn from; the band between is left out (spec 5.6)."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask
from bleedmap.constants import UNKNOWN_VOXEL


def writes_seeds(spec: AnyMask) -> bool:
    """Whether a mask method gives seeds beside its masks, also of scans that hold no bleed."""
    return getattr(spec, "seeds_below", None) is not None


def seeds_of(maps: NDArray[np.float32], brain: NDArray[np.bool_], threshold: float, below: float) -> NDArray[np.uint8]:
    """Hemorrhage above the one threshold, background below the other or outside the brain.

    Args:
        maps: (B, H, W) saliency.
        brain: (B, H, W) bool.
        threshold: saliency above which hemorrhage is sure.
        below: saliency below which background is.

    Returns:
        (B, H, W) uint8: 1, 0, and 255 between.
    """
    seeds = np.full(maps.shape, UNKNOWN_VOXEL, dtype=np.uint8)
    seeds[maps > threshold] = 1
    seeds[(maps < below) | ~brain] = 0
    return seeds
