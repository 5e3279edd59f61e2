"""Regions of one slice that bone encloses, once gaps up to a given width are taken as closed."""

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LEAST_SOFT = 0.7


def enclosed_regions(
    bone: NDArray[np.bool_],
    wanted: NDArray[np.bool_],
    half_gap_mm: float,
    pixel_mm: tuple[float, float],
    *,
    least_wanted: float = LEAST_SOFT,
) -> list[NDArray[np.bool_]]:
    """Regions that bone, thickened by half the gap, cuts off from the border of the picture.

    Args:
        bone: (rows, columns).
        wanted: (rows, columns), what a region must mostly be made of (soft tissue).
        half_gap_mm: half the width, mm, of the gaps in the bone that are closed.
        pixel_mm: mm between rows and between columns.
        least_wanted: share of that in a region.

    Returns:
        (rows, columns) bool a region, thinned by the gap and grown back up to the bone.
    """
    distance = ndimage.distance_transform_edt(~bone, sampling=pixel_mm)
    labels = cc3d.connected_components(distance > half_gap_mm, connectivity=4)
    border = {*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
    sizes = np.bincount(labels.ravel())
    soft = np.bincount(labels.ravel(), weights=wanted.ravel())
    regions = []
    for label in np.flatnonzero(soft > least_wanted * sizes):
        if label == 0 or label in border:
            continue
        grown = within(labels == label, half_gap_mm + min(pixel_mm), pixel_mm)
        regions.append(grown & ~bone)
    return regions


def within(mask: NDArray[np.bool_], reach_mm: float, voxel_mm: tuple[float, ...]) -> NDArray[np.bool_]:
    """Pixels or voxels that lie in a mask or within a reach of it, mm; ``voxel_mm`` is their size along each axis."""
    if not mask.any():
        return np.zeros_like(mask)
    return np.asarray(ndimage.distance_transform_edt(~mask, sampling=voxel_mm) <= reach_mm)
