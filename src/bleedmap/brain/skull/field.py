"""Fields of view that cut the head: where they end, their edge stands in for the skull that they left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

LEAST_FIT = 0.97
REACH = 2

Mask = NDArray[np.bool_]


def padding(hu: NDArray[Any]) -> Mask:
    """Where a scan was padded because nothing was reconstructed there.

    That is one value in all slices, about a rectangle or a disc; air about a head is neither.

    Args:
        hu: (slices, rows, columns).

    Returns:
        (rows, columns) bool.
    """
    outside = np.asarray((hu == hu.min()).all(axis=0))
    seen = ~outside
    if not outside.any() or not seen.any():
        return np.zeros_like(outside)
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    box = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    across, down = np.indices(seen.shape)
    centre = [(lines[0] + lines[-1]) / 2 for lines in (rows, columns)]
    radius = max(np.ptp(rows) + 1, np.ptp(columns) + 1) / 2
    disc = np.hypot(across - centre[0], down - centre[1]) <= radius
    fit = max(seen.sum() / box, (seen & disc).sum() / (seen | disc).sum())
    return outside if fit > LEAST_FIT else np.zeros_like(outside)


def with_edge(bone: Mask, tissue: Mask, outside: Mask) -> Mask:
    """Bone, and the edge of the field of view where tissue reaches it.

    Args:
        bone: (slices, rows, columns).
        tissue: same shape; the border of the matrix is an edge too.
        outside: (rows, columns) padding.

    Returns:
        Same shape as ``bone``.
    """
    flat = ndimage.generate_binary_structure(2, 1)[None]
    near = ndimage.binary_dilation(tissue, flat, iterations=REACH) if outside.any() else tissue
    border = np.ones(outside.shape, dtype=np.bool_)
    border[1:-1, 1:-1] = False
    return np.asarray(bone | (near & outside) | (tissue & border))
