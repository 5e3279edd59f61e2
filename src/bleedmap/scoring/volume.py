"""Volume of a mask in millilitres."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import MM3_PER_ML
from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry


def voxel_ml(geometry: Geometry) -> NDArray[np.float64] | None:
    """(slices,) mL that one voxel of each slice stands for, so that uneven gaps count rightly; None without mm."""
    if not geometry.in_mm:
        return None
    _, row_mm, column_mm = geometry.spacing
    return geometry.slice_extents * (row_mm * column_mm / MM3_PER_ML)


def volume_ml(mask: NDArray[np.bool_], voxels: NDArray[np.float64] | None) -> float:
    """Volume of a mask.

    Args:
        mask: (slices, rows, columns) bool.
        voxels: (slices,) mL of one voxel (``voxel_ml``); None in pictures without mm.

    Returns:
        Volume in mL; NaN where the size of a voxel is not known.
    """
    if voxels is None:
        return np.nan
    if voxels.shape != mask.shape[:1]:
        raise ScanError(
            code="voxel-volumes",
            found=f"voxel volumes of shape {voxels.shape} for {len(mask)} slices",
            expected="one volume for each slice",
            remedy="take them from the geometry of the same scan",
        )
    return float(np.count_nonzero(mask, axis=(1, 2)) @ voxels)


def volume_error_ml(predicted_ml: float, true_ml: float) -> float:
    """Absolute difference of two volumes, mL."""
    return abs(predicted_ml - true_ml)
