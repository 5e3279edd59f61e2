"""One scan on the working grid: what every network sees of it, in the workflow and in ``predict``."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.slices import SliceSpec
from bleedmap.constants import AIR_HU
from bleedmap.slices.box import Box
from bleedmap.volumes.ct_volume import CtVolume


@dataclass(frozen=True)
class WorkingScan:
    """A scan on the working grid, on its scanner's own slices.

    Args:
        hu: (slices, size, size) int16 HU, or the display scale of the volume's intensity.
        brain: (slices, size, size) bool brain mask.
        box: rectangle of the scan's own pixels that the grid covers.
        voxel_ml: (slices,) mL that a voxel of the grid stands for; None in pictures without mm.
        origins_mm: (slices, 3) where the slices begin, mm across them, along rows and along columns; None there too.
        pixel_mm: rows and columns of a pixel of the grid, mm; None there too.
    """

    hu: NDArray[np.int16]
    brain: NDArray[np.bool_]
    box: Box
    voxel_ml: NDArray[np.float64] | None
    origins_mm: NDArray[np.float64] | None = None
    pixel_mm: tuple[float, float] | None = None


def resample_scan(volume: CtVolume, brain: NDArray[np.uint8], spec: SliceSpec) -> WorkingScan:
    """Resample every slice in its own plane; nothing is resampled across slices, tilted or uneven as they may be.

    Args:
        volume: the scan.
        brain: (slices, rows, columns) uint8 brain mask.
        spec: the working grid.
    """
    box = Box.around_brain(volume, brain, spec)
    geometry = volume.geometry
    voxel_ml = geometry.voxel_ml
    _, row_mm, column_mm = geometry.spacing
    return WorkingScan(
        hu=box.take(volume.hu, spec.size, AIR_HU).round().astype(np.int16),
        brain=box.take(brain, spec.size, 0) >= 0.5,
        box=box,
        voxel_ml=None if voxel_ml is None else voxel_ml * box.pixel_share(spec.size),
        origins_mm=geometry.own_origins if geometry.in_mm else None,
        pixel_mm=(row_mm * box.height / spec.size, column_mm * box.width / spec.size) if geometry.in_mm else None,
    )
