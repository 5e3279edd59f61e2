"""The ABC/2 estimate of a volume, as readers make it on a drawn bleed (Kothari 1996): beside what masks measure."""

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

from bleedmap.constants import MM3_PER_ML

WHOLE, HALF = 0.75, 0.25  # share of the largest area from which a slice counts whole, or half


def abc2_ml(mask: NDArray[np.bool_], voxel_ml: NDArray[np.float64], spacing_mm: tuple[float, float]) -> float:
    """Sum over the connected parts (26 neighbours) of ``A B C / 2``, mL.

    A is the longest diameter on the slice with the largest area, B the longest across it there, C the thickness of
    the slices, of which those with less than three quarters of the largest area count half, and with less than one
    quarter not at all.

    Args:
        mask: (slices, rows, columns) bool.
        voxel_ml: (slices,) mL of one voxel of each slice.
        spacing_mm: of rows and columns.
    """
    parts, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
    thickness = voxel_ml * MM3_PER_ML / (spacing_mm[0] * spacing_mm[1])
    boxes = cc3d.statistics(parts)["bounding_boxes"]
    return float(
        sum(_part(parts[boxes[n]] == n, thickness[boxes[n][0]], spacing_mm) for n in range(1, count + 1)) / MM3_PER_ML
    )


def _part(mask: NDArray[np.bool_], thickness: NDArray[np.float64], spacing_mm: tuple[float, float]) -> float:
    """mm3 of one part."""
    areas = np.count_nonzero(mask, axis=(1, 2))
    share = areas / areas.max()
    c = float(thickness @ np.where(share >= WHOLE, 1.0, np.where(share >= HALF, 0.5, 0.0)))
    a, b = _diameters(mask[int(areas.argmax())], spacing_mm)
    return a * b * c / 2


def _diameters(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> tuple[float, float]:
    """Longest diameter of a plane, and the longest across it, mm, from edge to edge of the pixels."""
    # the ends of each row are all that a diameter can begin at
    rows = np.flatnonzero(mask.any(axis=1))
    first, last = mask[rows].argmax(axis=1), mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    corners = np.concatenate(
        [np.stack([rows + down, ends + right], axis=1) for down in (0, 1) for ends, right in ((first, 0), (last, 1))]
    )
    places = np.unique(corners, axis=0) * np.asarray(spacing_mm)
    one, other = np.unravel_index(int(squareform(pdist(places)).argmax()), (len(places), len(places)))
    along = places[other] - places[one]
    a = float(np.linalg.norm(along))
    across = places @ np.array([-along[1], along[0]]) / a
    return a, float(np.ptp(across))
