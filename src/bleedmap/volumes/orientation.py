"""The one order of voxels in this project: slices foot to head, rows front to back, columns right to left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry

LEAST_AXIAL_COSINE = float(np.cos(np.radians(45.0)))


def face_axial(array: NDArray[Any], geometry: Geometry) -> tuple[NDArray[Any], Geometry]:
    """Transpose and flip the rows and columns of axial slices into this project's order.

    Args:
        array: (slices, rows, columns), slices from foot to head.
        geometry: where they lie, with rows and columns in any direction of the slice plane.

    Returns:
        The array in canonical order and its geometry; voxels keep their place in the patient.
    """
    origins, row, column = geometry.origins, geometry.row_step, geometry.column_step
    if abs(column[0]) / np.linalg.norm(column) < abs(row[0]) / np.linalg.norm(row):
        array, row, column = array.swapaxes(1, 2), column, row
    if row[1] < 0:
        origins, row, array = origins + (array.shape[1] - 1) * row, -row, array[:, ::-1]
    if column[0] < 0:
        origins, column, array = origins + (array.shape[2] - 1) * column, -column, array[:, :, ::-1]
    turned = Geometry(origins=origins, row_step=row, column_step=column, in_mm=geometry.in_mm)
    return np.ascontiguousarray(array), turned


def require_axial(row_step: NDArray[np.float64], column_step: NDArray[np.float64]) -> None:
    """Refuse slices whose normal is more than 45 degrees away from the patient's long axis.

    Args:
        row_step: (3,) from one row to the next, LPS.
        column_step: (3,) from one column to the next, LPS.
    """
    normal = np.cross(column_step, row_step)
    length = float(np.linalg.norm(normal))
    if length == 0 or abs(float(normal[2])) / length < LEAST_AXIAL_COSINE:
        raise ScanError(
            "not-axial",
            found="slices that are not across the long axis of the patient",
            expected="axial slices, tilted by less than 45 degrees",
            remedy="give the axial series of the study instead of a coronal or sagittal one",
        )
