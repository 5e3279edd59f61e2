"""What a person should look at in a brain mask: its volume and its holes."""

import fill_voids
import numpy as np
from numpy.typing import NDArray

from bleedmap.config.brain import BrainSpec
from bleedmap.volumes.ct_volume import CtVolume

MISSING = "brain-missing"  # the method gave no mask at all


def brain_ml(mask: NDArray[np.uint8], volume: CtVolume) -> float | None:
    """Volume of a mask, mL; None where it cannot be known: in pictures without a pixel size, and single slices.

    Args:
        mask: (slices, rows, columns) uint8, 1 inside.
        volume: the scan.
    """
    voxel_ml = volume.geometry.voxel_ml
    if voxel_ml is None or len(mask) == 1:
        return None
    return float(mask.sum(axis=(1, 2), dtype=np.int64) @ voxel_ml)


def flags(spec: BrainSpec, mask: NDArray[np.uint8], volume: CtVolume) -> list[str]:
    """What looks wrong with a mask: ``no-brain``, or any of ``brain-small``, ``brain-large`` and ``brain-holes``.

    Args:
        spec: least and greatest volume, mL, and share of holes.
        mask: (slices, rows, columns) uint8, 1 inside.
        volume: the scan.
    """
    if not mask.any():
        return ["no-brain"]
    found = []
    volume_ml = brain_ml(mask, volume)
    if volume_ml is not None and volume_ml < spec.min_volume_ml:
        found.append("brain-small")
    if volume_ml is not None and volume_ml > spec.max_volume_ml:
        found.append("brain-large")
    if _has_gaps(mask) or _hole_share(mask) > spec.max_hole_share:
        found.append("brain-holes")
    return found


def _has_gaps(mask: NDArray[np.uint8]) -> bool:
    """Whether a slice between the first and the last of a mask has none of it."""
    used = np.flatnonzero(mask.any(axis=(1, 2)))
    return bool(len(used) < used[-1] - used[0] + 1)


def _hole_share(mask: NDArray[np.uint8]) -> float:
    """Share of a mask, holes filled slice by slice, that is holes."""
    filled = sum(int(fill_voids.fill(slice_ > 0).sum()) for slice_ in mask if slice_.any())
    return 1 - int((mask > 0).sum()) / filled
