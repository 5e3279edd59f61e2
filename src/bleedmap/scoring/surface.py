"""Distances between the surfaces of two masks, in mm of the patient, and the scores made of them.

A surface is the set of mask voxels with a face neighbour outside the mask; a voxel at the border of the picture is
surface too. Distances run between voxel centres where the scanner put them: tilt, uneven gaps, missing and shifted
slices count as they are. On an even stack without tilt that is MONAI's definition, and the tests hold the results
against ``monai.metrics``; the same KD-trees are used directly because importing MONAI takes ten seconds of every job.

Surface Dice has two forms. Of voxels: the share of surface voxels within a tolerance of the other mask, each counted
once, however much of the patient it stands for (MONAI's). Of area: the share of mm2 of the surface between the voxels
(``surfels``; DeepMind's).

If one mask is empty, every element of the other's surface gets a diagonal of the picture, which no real distance
reaches: leaving the unit out would reward a method for predicting nothing. The rule is that of BraTS (373.13 mm, the
diagonal of its 240 x 240 x 155 mm volumes) and ToothFairy2; INSTANCE publishes none. If both are empty the scores are
NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, find_objects
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist

from bleedmap.errors import ScanError
from bleedmap.scoring.overlap import check_shapes
from bleedmap.scoring.surfels import surfels
from bleedmap.volumes.geometry import Geometry

# rounding noise such as 17 * 0.4 - 12 * 0.4 > 2.0 must not decide who is within a tolerance
DECIMALS = 6

# a tree that is asked once need not be a good one: half the time of the defaults, the same distances
TREE = {"leafsize": 32, "balanced_tree": False, "compact_nodes": False}


@dataclass(frozen=True)
class SurfaceDistances:
    """Distances from every element of one mask's surface to the nearest of the other's.

    Args:
        to_truth: (elements of the prediction,) float64, mm.
        to_prediction: (elements of the truth,) float64, mm.
        sizes: what each element of the prediction and of the truth counts, mm2 or mm; None: 1, as voxels do.
    """

    to_truth: NDArray[np.float64]
    to_prediction: NDArray[np.float64]
    sizes: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    @property
    def whole(self) -> float:
        """Size of both surfaces: number of voxels, or area."""
        return float(sum(size.sum() for size in self._sizes()))

    def near(self, tolerance_mm: float) -> float:
        """Size of what lies within a tolerance of the other mask; 0 where the other mask is empty."""
        if not (self.to_truth.size and self.to_prediction.size):
            return 0.0
        ways = zip((self.to_truth, self.to_prediction), self._sizes(), strict=True)
        return float(sum(size[distance <= tolerance_mm].sum() for distance, size in ways))

    def hd(self) -> float:
        """The largest distance in either direction, mm: the Hausdorff distance."""
        return max((float(d.max()) for d in (self.to_truth, self.to_prediction) if d.size), default=np.nan)

    def hd95(self) -> float:
        """The larger of the two directions' 95th percentiles, mm."""
        return max((float(np.percentile(d, 95)) for d in (self.to_truth, self.to_prediction) if d.size), default=np.nan)

    def surface_dice(self, tolerance_mm: float) -> float:
        """Share of both surfaces that lies within a tolerance of the other mask, in [0, 1] (Nikolov 2018)."""
        return self.near(tolerance_mm) / self.whole if self.whole else np.nan

    def _sizes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.sizes or (np.ones(self.to_truth.size), np.ones(self.to_prediction.size))


def surface_distances(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry) -> SurfaceDistances:
    """Measure both directions between surface voxels.

    Args:
        prediction: bool, a slice (rows, columns) or a scan (slices, rows, columns).
        truth: bool, the same shape.
        geometry: where the voxels of the scan lie; of a slice only rows and columns count.

    Raises:
        ScanError: masks of other shapes, or a geometry that is not theirs.
    """
    _check(prediction, truth, geometry)
    box = find_objects((prediction | truth).astype(np.uint8))
    if not box:
        return SurfaceDistances(np.empty(0), np.empty(0))
    first = np.array([part.start for part in box[0]])
    found, real = (_surface_places(mask[box[0]], first, geometry) for mask in (prediction, truth))
    return SurfaceDistances(*_both_ways(found, real, geometry, prediction.shape))


def surface_areas(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry) -> SurfaceDistances:
    """Measure both directions between surfels, each of which counts as much as its area; else as the other."""
    _check(prediction, truth, geometry)
    found, real = (surfels(mask, geometry) for mask in (prediction, truth))
    ways = _both_ways(found.places, real.places, geometry, prediction.shape)
    return SurfaceDistances(*ways, sizes=(found.sizes, real.sizes))


def hd95(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry) -> float:
    """Symmetric 95th percentile Hausdorff distance in mm; arguments as for ``surface_distances``.

    A diagonal of the picture if one mask is empty, NaN if both are.
    """
    return surface_distances(prediction, truth, geometry).hd95()


def surface_dice(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry, tolerance_mm: float
) -> float:
    """Surface Dice of voxels, in [0, 1]; 0 if one mask is empty, NaN if both are.

    Args:
        prediction: as for ``surface_distances``.
        truth: as for ``surface_distances``.
        geometry: as for ``surface_distances``.
        tolerance_mm: distance up to which two surfaces count as one, mm.
    """
    return surface_distances(prediction, truth, geometry).surface_dice(tolerance_mm)


def _surface_places(mask: NDArray[np.bool_], first: NDArray[np.intp], geometry: Geometry) -> NDArray[np.float64]:
    """(n, 3) mm of the surface voxels of a mask whose first voxel is ``first``."""
    at = np.argwhere(mask & ~binary_erosion(mask)) + first
    in_plane = at[:, -2:] @ np.stack([geometry.row_step, geometry.column_step])
    return np.asarray(in_plane if mask.ndim == 2 else geometry.origins[at[:, 0]] + in_plane)


def _both_ways(
    found: NDArray[np.float64], real: NDArray[np.float64], geometry: Geometry, shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(found) and len(real):
        return _nearest(found, real), _nearest(real, found)
    beyond = _beyond(geometry, shape)
    return np.full(len(found), beyond), np.full(len(real), beyond)


def _nearest(points: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.round(KDTree(others, **TREE).query(points)[0], DECIMALS))


def _beyond(geometry: Geometry, shape: tuple[int, ...]) -> float:
    """Mm that no two voxels are apart: the picture's diagonal, longer by what slices are shifted, and the height."""
    rows, columns = shape[-2] * geometry.row_step, shape[-1] * geometry.column_step
    diagonal = max(np.linalg.norm(rows + columns), np.linalg.norm(rows - columns))
    if len(shape) == 2:
        return float(diagonal)
    shifts = geometry.origins - geometry.positions[:, None] * geometry.normal
    shifted = pdist(shifts).max(initial=0.0)
    return float(np.hypot(diagonal + shifted, geometry.slice_extents.sum()))


def _check(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], geometry: Geometry) -> None:
    check_shapes(prediction, truth)
    steps = np.linalg.norm(np.cross(geometry.row_step, geometry.column_step))
    finite = np.isfinite(geometry.origins).all()
    if not (steps > 0 and finite) or (prediction.ndim == 3 and len(geometry.origins) != len(prediction)):
        raise ScanError(
            code="geometry",
            found=f"{len(geometry.origins)} slice positions and a pixel of {steps:g} mm2 for masks of shape "
            f"{prediction.shape}",
            expected="one position in mm a slice, and rows and columns that span a plane",
            remedy="look at the geometry of the scan",
        )
