"""Pictures without HU or pixel size: how large their pixels are, and how bright their bone is."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

HEAD_SHARE = 0.1
BONE_SHARE = 0.8
SKULL_MM = (2.0, 9.0)


def head_outline(hu: NDArray[np.int16]) -> NDArray[np.bool_]:
    """(rows, columns) largest thing brighter than the background of a picture, holes filled."""
    bright = ndimage.binary_opening(hu > tissue_level(hu), iterations=2)
    labels, count = ndimage.label(bright)
    if count == 0:
        return np.zeros(hu.shape, dtype=bool)
    return np.asarray(ndimage.binary_fill_holes(labels == np.bincount(labels.ravel())[1:].argmax() + 1))


def pixel_size(hu: NDArray[np.int16], head_width_mm: float) -> tuple[float, float]:
    """Mm between rows and between columns, if the head in a picture is as wide as heads are.

    Args:
        hu: (rows, columns) pseudo HU.
        head_width_mm: width of a head, mm.
    """
    columns = np.flatnonzero(head_outline(hu).any(axis=0))
    width = int(columns[-1] - columns[0] + 1) if columns.size else hu.shape[1]
    return head_width_mm / width, head_width_mm / width


def tissue_level(hu: NDArray[np.int16]) -> float:
    """Pseudo HU above which a picture shows tissue rather than its background."""
    low, high = float(hu.min()), float(hu.max())
    return low + HEAD_SHARE * (high - low)


def bone_level(hu: NDArray[np.int16], bone_hu: float, pixel_mm: tuple[float, float]) -> float:
    """Pseudo HU above which a picture shows bone; lower than ``bone_hu`` where its skull is grey.

    Args:
        hu: (rows, columns) pseudo HU.
        bone_hu: level where the skull is as bright as the picture goes.
        pixel_mm: mm between rows and between columns.
    """
    head = head_outline(hu)
    if not head.any():
        return bone_hu
    depth = ndimage.distance_transform_edt(np.pad(head, 1), sampling=pixel_mm)[1:-1, 1:-1]
    skull = np.percentile(hu[(depth > SKULL_MM[0]) & (depth < SKULL_MM[1])], 75)
    brain = np.median(hu[depth > 0.5 * depth.max()])
    return float(min(bone_hu, brain + BONE_SHARE * (skull - brain))) if skull > brain else bone_hu
