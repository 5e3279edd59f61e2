"""Heads whose skull was taken away before: the mask is what is left of them."""

import fill_voids
import numpy as np
from numpy.typing import NDArray

LEAST_BONE = 5e-4
LEAST_BACKGROUND = 0.2


def is_stripped(bone: NDArray[np.bool_]) -> bool:
    """Whether a scan has next to no bone, from where its bone is."""
    return bool(bone.mean() < LEAST_BONE)


def stripped_head(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """All but the constant background.

    Args:
        hu: (slices, rows, columns).

    Returns:
        Same shape, uint8, holes filled; all 0 where there is no such background.
    """
    values, counts = np.unique(hu, return_counts=True)
    head = hu != values[counts.argmax()]
    if head.mean() > 1 - LEAST_BACKGROUND:
        return np.zeros(hu.shape, dtype=np.uint8)
    return np.stack([fill_voids.fill(slice_) for slice_ in head]).astype(np.uint8)
