"""Slices with maps, for methods that look at both."""

import numpy as np

from bleedmap.masks.mask_slices import MaskSlices


def salient(hu, maps, *, brain=None, high=1.0, classes=("any",)):
    """Slices and stretched maps of each.

    Args:
        hu: (B, H, W).
        maps: (B, H, W) of class ``any`` in [0, 1], or (B, K, H, W).
        brain: (B, H, W); everywhere if left out.
        high: highest value of each map before it was stretched, (B,) or one for all.
        classes: names of the K maps.
    """
    maps = np.asarray(maps, dtype=np.float32)
    maps = maps[:, None] if maps.ndim == 3 else maps
    bounds = np.zeros(maps.shape[:2], dtype=np.float32)
    return MaskSlices(
        hu=np.asarray(hu).astype(np.int16),
        brain=np.ones(np.shape(hu), dtype=bool) if brain is None else np.asarray(brain, dtype=bool),
        maps=maps,
        low=bounds,
        high=bounds + np.broadcast_to(high, len(maps))[:, None].astype(np.float32),
        classes=classes,
    )
