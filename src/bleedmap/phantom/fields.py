"""Smooth random fields and soft edges: the brush everything in the phantom is drawn with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Array = NDArray[np.float32]
Axes = tuple[Array, Array, Array]

REACH_MM = 130.0
# Root of the summed squared weights of a cubic B-spline, averaged over its phase; brings a field back to unit spread.
SPREAD_PER_AXIS = 0.6921


def _spline_weights(positions: Array, spacing: float, knots: int) -> Array:
    """(positions, knots) cubic B-spline weights; knot 0 lies one spacing before ``-REACH_MM``."""
    at = (positions.astype(np.float64) + REACH_MM) / spacing + 1
    away = np.abs(at[:, None] - np.arange(knots)[None, :])
    near = 2 / 3 - away**2 + away**3 / 2
    far = np.clip(2 - away, 0, None) ** 3 / 6
    return np.where(away < 1, near, far).astype(np.float32)


def smooth_field(rng: np.random.Generator, axes: Axes, spacing_mm: float | Sequence[float]) -> Array:
    """A smooth random field of mean 0 and standard deviation 1.

    The random numbers belong to knots in millimetres, so a finer grid shows the same field in more detail.

    Args:
        rng: source of the knot values.
        axes: positions of the grid along (slices, rows, columns), mm, within ``REACH_MM`` of 0.
        spacing_mm: distance between knots, about half the size of a blob; one for all axes or one each.

    Returns:
        (slices, rows, columns) float32.
    """
    spacings = [spacing_mm] * 3 if isinstance(spacing_mm, float | int) else list(spacing_mm)
    counts = [int(np.ceil(2 * REACH_MM / s)) + 4 for s in spacings]
    field: Array = rng.standard_normal(counts, dtype=np.float32)
    weights = [_spline_weights(*of_axis) for of_axis in zip(axes, spacings, counts, strict=True)]
    # Columns first: the large last step then runs along whole slices.
    for axis in (2, 1, 0):
        field = along(weights[axis], field, axis)
    field /= np.float32(SPREAD_PER_AXIS**3)
    return field


def along(weights: Array, values: Array, axis: int) -> Array:
    """Apply a banded matrix along one axis.

    Sparse rather than BLAS: its sums do not depend on the number of threads, so equal seeds give equal bytes.

    Args:
        weights: (n, m) float32, mostly 0.
        values: float32, m long along the axis.
        axis: which axis becomes n long.
    """
    front = np.moveaxis(values, axis, 0)
    mixed = sparse.csr_array(weights) @ np.ascontiguousarray(front).reshape(front.shape[0], -1)
    mixed = mixed.reshape(-1, *front.shape[1:])
    return np.ascontiguousarray(np.moveaxis(mixed, 0, axis), dtype=np.float32)


def soft_step(value: ArrayLike, softness: float) -> Array:
    """0 below, 1 above, with a straight ramp of the given half width about 0.

    Args:
        value: signed distance, any shape, mm.
        softness: half width of the ramp, mm.
    """
    share = np.clip(np.asarray(value, dtype=np.float32) * np.float32(0.5 / softness) + np.float32(0.5), 0, 1)
    return np.asarray(share, dtype=np.float32)


def ellipsoid(mni: Array, centre: ArrayLike, radii: ArrayLike) -> Array:
    """Distance from a centre in units of the radii: below 1 inside.

    Args:
        mni: (3, ...) float32 coordinates, mm.
        centre: (3,) mm.
        radii: (3,) mm.

    Returns:
        (...) float32.
    """
    centre, radii = np.asarray(centre, dtype=np.float32), np.asarray(radii, dtype=np.float32)
    squared: Array = ((mni[0] - centre[0]) / radii[0]) ** 2
    for axis in (1, 2):
        squared += ((mni[axis] - centre[axis]) / radii[axis]) ** 2
    return np.asarray(np.sqrt(squared), dtype=np.float32)
