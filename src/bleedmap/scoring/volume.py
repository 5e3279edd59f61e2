"""Volume of a mask in millilitres."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError


def volume_ml(mask: NDArray[np.bool_], slice_extents: NDArray[np.float64], pixel_area_mm2: float) -> float:
    """Volume of a mask, each slice with the thickness it stands for, so that uneven gaps count rightly.

    Args:
        mask: (slices, rows, columns) bool.
        slice_extents: (slices,) mm of the patient that each slice stands for (``Geometry.slice_extents``).
        pixel_area_mm2: area of one pixel, mm^2.

    Returns:
        Volume in mL.
    """
    extents = np.asarray(slice_extents, dtype=np.float64)
    if extents.shape != mask.shape[:1]:
        raise ScanError(
            code="slice-extents",
            found=f"slice extents of shape {extents.shape} for {len(mask)} slices",
            expected="one extent for each slice",
            remedy="take them from the geometry of the same scan",
        )
    pixels = np.count_nonzero(mask, axis=(1, 2))
    return float(pixels @ extents) * pixel_area_mm2 / 1000


def volume_error_ml(predicted_ml: float, true_ml: float) -> float:
    """Absolute difference of two volumes, mL."""
    return abs(predicted_ml - true_ml)
