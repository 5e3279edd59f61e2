"""Padding around the picture of a slice, told from values inside that happen to be the same."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def outside_picture(padding: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which padding lies around the picture: what hangs together with the border of the slice.

    A scanner pads what is outside of the circle that it reconstructs, so padding fills corners.

    Args:
        padding: (rows, columns), where a slice has its padding value.

    Returns:
        (rows, columns), padding that reaches the border; and (rows, columns), padding that fills no corner.
    """
    parts, _ = ndimage.label(padding, structure=np.ones((3, 3)))
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    corners = parts[[0, 0, -1, -1], [0, -1, 0, -1]]
    return np.isin(parts, border[border > 0]), padding & ~np.isin(parts, corners[corners > 0])
