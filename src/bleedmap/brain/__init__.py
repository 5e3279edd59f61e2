"""Brain masks, one method a file, named as ``method`` in the config.

- ``skull_interior``: what the skull encloses; no template, no network.

Each module has ``brain_mask(spec, volume) -> mask``, (slices, rows, columns) uint8.
"""

import importlib
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.brain import BrainSpec
from bleedmap.volumes.ct_volume import CtVolume


class BrainMask(Protocol):
    """What every brain module offers as ``brain_mask``."""

    def __call__(self, spec: BrainSpec, volume: CtVolume) -> NDArray[np.uint8]:
        """Mask of a scan."""


def build(spec: BrainSpec) -> BrainMask:
    """The method that a config names."""
    return cast("BrainMask", importlib.import_module(f"bleedmap.brain.{spec.method}").brain_mask)


def brain_mask(spec: BrainSpec, volume: CtVolume) -> NDArray[np.uint8]:
    """Where the brain, its fluid and its bleeds lie.

    Returns:
        (slices, rows, columns) uint8, 1 inside.
    """
    return build(spec)(spec, volume)


def flags(spec: BrainSpec, mask: NDArray[np.uint8], volume: CtVolume) -> list[str]:
    """What looks wrong with a mask: ``no-brain``, ``brain-small`` or ``brain-large``.

    Volume is judged where it is known: in stacks of slices with a pixel size in mm.

    Args:
        spec: least and greatest volume, ml.
        mask: (slices, rows, columns) uint8, 1 inside.
        volume: the scan.
    """
    if not mask.any():
        return ["no-brain"]
    if not volume.geometry.in_mm or len(mask) == 1:
        return []
    _, row_mm, column_mm = volume.geometry.spacing
    areas = mask.sum(axis=(1, 2), dtype=np.int64) * row_mm * column_mm
    volume_ml = float(areas @ volume.geometry.slice_extents) / 1000
    if volume_ml < spec.min_volume_ml:
        return ["brain-small"]
    return ["brain-large"] if volume_ml > spec.max_volume_ml else []
