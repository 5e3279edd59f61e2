"""Distances between the surfaces of two masks, and the scores made of them: HD, HD95 and surface Dice.

A surface is the set of mask voxels with a face neighbour outside the mask; a voxel at the border of the picture is
surface too. Distances run between voxel centres. That is MONAI's definition, and the tests hold the results against
``monai.metrics``; the same KD-trees are used directly because importing MONAI takes ten seconds of every job.

If one mask is empty, every surface voxel of the other gets the diagonal of the picture, which no real distance reaches:
leaving the unit out would reward a method for predicting nothing. The rule is that of BraTS (373.13 mm, the diagonal of
its 240 x 240 x 155 mm volumes) and ToothFairy2; INSTANCE publishes none. If both are empty the scores are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion, find_objects
from scipy.spatial import KDTree

from bleedmap.errors import ScanError
from bleedmap.scoring.overlap import check_shapes

# rounding noise such as 17 * 0.4 - 12 * 0.4 > 2.0 must not decide who is within a tolerance
DECIMALS = 6

# a tree that is asked once need not be a good one: half the time of the defaults, the same distances
TREE = {"leafsize": 32, "balanced_tree": False, "compact_nodes": False}


@dataclass(frozen=True)
class SurfaceDistances:
    """Distances from every surface voxel of one mask to the nearest surface voxel of the other.

    Args:
        to_truth: (surface voxels of the prediction,) float64, mm.
        to_prediction: (surface voxels of the truth,) float64, mm.
    """

    to_truth: NDArray[np.float64]
    to_prediction: NDArray[np.float64]

    @property
    def elements(self) -> int:
        """Number of surface voxels of both masks."""
        return self.to_truth.size + self.to_prediction.size

    def near(self, tolerance_mm: float) -> int:
        """Number of surface voxels within a tolerance of the other mask; none where the other mask is empty."""
        if not (self.to_truth.size and self.to_prediction.size):
            return 0
        within = [np.count_nonzero(d <= tolerance_mm) for d in (self.to_truth, self.to_prediction)]
        return int(sum(within))

    def hd(self) -> float:
        """The largest distance in either direction, mm: the Hausdorff distance."""
        return max((float(d.max()) for d in (self.to_truth, self.to_prediction) if d.size), default=np.nan)

    def hd95(self) -> float:
        """The larger of the two directions' 95th percentiles, mm."""
        return max((float(np.percentile(d, 95)) for d in (self.to_truth, self.to_prediction) if d.size), default=np.nan)

    def surface_dice(self, tolerance_mm: float) -> float:
        """Share of all surface voxels that lie within a tolerance of the other mask, in [0, 1] (Nikolov 2018)."""
        return self.near(tolerance_mm) / self.elements if self.elements else np.nan


def surface_distances(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], spacing: Sequence[float]
) -> SurfaceDistances:
    """Measure both directions.

    Args:
        prediction: bool, a slice (rows, columns) or a scan (slices, rows, columns).
        truth: bool, the same shape.
        spacing: mm between voxel centres along each axis.
    """
    check_shapes(prediction, truth)
    step = _checked(spacing, prediction.ndim)
    box = find_objects((prediction | truth).astype(np.uint8))
    if not box:
        return SurfaceDistances(np.empty(0), np.empty(0))
    points = [_surface_points(mask[box[0]], step) for mask in (prediction, truth)]
    beyond = float(np.linalg.norm(step * prediction.shape))
    return SurfaceDistances(_nearest(points[0], points[1], beyond), _nearest(points[1], points[0], beyond))


def hd95(prediction: NDArray[np.bool_], truth: NDArray[np.bool_], spacing: Sequence[float]) -> float:
    """Symmetric 95th percentile Hausdorff distance in mm; arguments as for ``surface_distances``.

    The diagonal of the picture if one mask is empty, NaN if both are.
    """
    return surface_distances(prediction, truth, spacing).hd95()


def surface_dice(
    prediction: NDArray[np.bool_], truth: NDArray[np.bool_], spacing: Sequence[float], tolerance_mm: float
) -> float:
    """Normalised surface Dice, in [0, 1]; 0 if one mask is empty, NaN if both are.

    Args:
        prediction: as for ``surface_distances``.
        truth: as for ``surface_distances``.
        spacing: as for ``surface_distances``.
        tolerance_mm: distance up to which two surfaces count as one, mm.
    """
    return surface_distances(prediction, truth, spacing).surface_dice(tolerance_mm)


def _surface_points(mask: NDArray[np.bool_], step: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.argwhere(mask & ~binary_erosion(mask)) * step)


def _nearest(points: NDArray[np.float64], others: NDArray[np.float64], beyond: float) -> NDArray[np.float64]:
    if not (len(points) and len(others)):
        return np.full(len(points), beyond)
    return np.asarray(np.round(KDTree(others, **TREE).query(points)[0], DECIMALS))


def _checked(spacing: Sequence[float], axes: int) -> NDArray[np.float64]:
    step = np.asarray(spacing, dtype=np.float64)
    if step.shape != (axes,) or not (np.isfinite(step).all() and (step > 0).all()):
        raise ScanError(
            code="spacing",
            found=f"a voxel spacing of {step.tolist()} mm for {axes} axes",
            expected="one positive number of mm for each axis",
            remedy="look at the geometry of the scan",
        )
    return step
