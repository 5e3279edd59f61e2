"""Size and form of a lesion in the patient: largest diameter, and the ellipsoid with its moments."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk  # noqa: N813  the field's own name
from numpy.typing import NDArray

from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.regular import even_spacing, to_regular

INSIDE, OUTSIDE = 1000, -1000  # of a mask that is resampled as a volume; what is filled counts from one half


@dataclass(frozen=True)
class Shape:
    """Form of a lesion, mm.

    Args:
        feret: largest distance between the centres of two of its voxels.
        ellipsoid: (3,) diameters of the ellipsoid with its volume and moments, shortest first.
    """

    feret: float
    ellipsoid: tuple[float, float, float]


def lesion_shape(mask: NDArray[np.bool_], geometry: Geometry) -> Shape | None:
    """Form of a lesion by SimpleITK's label statistics, which know neither tilt nor uneven gaps.

    Where the slices have either, the lesion is brought to an even stack without tilt first.

    Args:
        mask: (slices, rows, columns) bool of one lesion, with a rim of background where there is any.
        geometry: where these voxels lie.

    Returns:
        None where nothing is left of the lesion on that stack: it fills less than half of each of its voxels.
    """
    lesion = CtVolume(np.where(mask, INSIDE, OUTSIDE).astype(np.int16), geometry)
    regular = to_regular(lesion, even_spacing(geometry))
    voxels, spacing = regular.hu > 0, regular.geometry.spacing
    if not voxels.any():
        return None
    ellipsoid = sorted(_statistics(voxels, spacing, feret=False).GetEquivalentEllipsoidDiameter(1))
    # it compares every pair of voxels on the surface: 3.6 s for 100 mL in slices of 0.6 mm, 0.2 s with the ends alone
    feret = _statistics(_ends(voxels), spacing, feret=True).GetFeretDiameter(1)
    return Shape(float(feret), (float(ellipsoid[0]), float(ellipsoid[1]), float(ellipsoid[2])))


def _statistics(
    voxels: NDArray[np.bool_], spacing: tuple[float, float, float], *, feret: bool
) -> sitk.LabelShapeStatisticsImageFilter:
    image = sitk.GetImageFromArray(voxels.astype(np.uint8))
    image.SetSpacing(spacing[::-1])
    statistics = sitk.LabelShapeStatisticsImageFilter()
    statistics.SetComputeFeretDiameter(feret)
    statistics.Execute(image)
    return statistics


def _ends(voxels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voxels that are the first or last on their line along every axis; two that lie farthest apart are among them."""
    kept = voxels.copy()
    for axis in range(3):
        seen = np.cumsum(voxels, axis=axis, dtype=np.int32)
        kept &= (seen == 1) | (seen == seen.max(axis=axis, keepdims=True))
    return kept
