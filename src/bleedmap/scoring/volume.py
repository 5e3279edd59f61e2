"""Volume of a mask in millilitres."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry


def known_voxel_ml(geometry: Geometry) -> NDArray[np.float64] | None:
    """(slices,) mL of one voxel of each slice; None in pictures without mm, and of a lone slice, whose extent is open.

    ``Geometry.voxel_ml`` takes a lone slice to stand for 1 mm, which is no volume to print.
    """
    return None if len(geometry.origins) == 1 else geometry.voxel_ml


def volume_ml(mask: NDArray[np.bool_], voxels: NDArray[np.float64]) -> float:
    """Volume of a mask, mL.

    Args:
        mask: (slices, rows, columns) bool.
        voxels: (slices,) mL of one voxel of each slice (``known_voxel_ml``).
    """
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
