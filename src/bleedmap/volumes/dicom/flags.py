"""What a person should look at in a CT series that is kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bleedmap.volumes.geometry import Geometry

TILTED_DEGREES = 0.1
UNEVEN_MM = 0.1
SHIFTED_MM = 0.1
GAP_TOLERANCE = 0.05
MORE_THAN_THICK = 1.5


def geometry_flags(geometry: Geometry, thickness: Sequence[float]) -> set[str]:
    """Flags that the positions of the slices tell.

    ``missing-slices``: a gap is twice, three times, ... the median one, and wider than the slices beside it are
    thick. ``uneven``: another gap differs from the median by more than 0.1 mm. ``shifted``: a slice lies more than
    0.1 mm off the line through the first and last one. ``tilted``: that line leans by more than 0.1 degree.

    Args:
        geometry: slices from foot to head.
        thickness: of every slice, mm, NaN where not known.
    """
    gaps = geometry.gaps
    middle = float(np.quantile(gaps, 0.5, method="lower"))
    missing = _missing(gaps, middle, np.asarray(thickness, dtype=np.float64))
    found = {"missing-slices"} if missing.any() else set()
    if (np.abs(gaps - middle)[~missing] > UNEVEN_MM).any():
        found.add("uneven")
    if _off_line(geometry) > SHIFTED_MM:
        found.add("shifted")
    if geometry.tilt_degrees() > TILTED_DEGREES:
        found.add("tilted")
    return found


def _missing(gaps: NDArray[np.float64], middle: float, thickness: NDArray[np.float64]) -> NDArray[np.bool_]:
    times = gaps / middle
    whole = np.rint(times)
    thick = np.fmax(thickness[:-1], thickness[1:])
    wider = np.isnan(thick) | (gaps > MORE_THAN_THICK * thick)
    return (whole >= 2) & (np.abs(times - whole) <= GAP_TOLERANCE * whole) & wider


def _off_line(geometry: Geometry) -> float:
    """Largest distance in mm of a slice's origin from the line through the first and the last one."""
    share = (geometry.positions - geometry.positions[0]) / (geometry.positions[-1] - geometry.positions[0])
    line = geometry.origins[0] + share[:, None] * (geometry.origins[-1] - geometry.origins[0])
    return float(np.linalg.norm(geometry.origins - line, axis=1).max())
