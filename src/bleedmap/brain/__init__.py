"""Brain masks, one method a file, named as ``method`` in the config.

- ``skull_interior``: what the skull encloses; no template, no network.
- ``muschelli``: soft tissue around a seed in the skull, thin bridges cut.
- ``convex_hull``: the convex hull of the brightest pixels, without them.
- ``precomputed``: a folder of masks.
- ``external``: a command of the user's own.

Each module has ``brain_mask(spec, volume, name) -> mask``, (slices, rows, columns) uint8.
"""

import importlib
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.gates import MISSING, brain_ml, flags
from bleedmap.config.brain import AnyBrain
from bleedmap.volumes.ct_volume import CtVolume

__all__ = ["MISSING", "BrainMask", "brain_mask", "brain_ml", "build", "flags"]


class BrainMask(Protocol):
    """What every brain module offers as ``brain_mask``."""

    def __call__(self, spec: AnyBrain, volume: CtVolume, name: str) -> NDArray[np.uint8]:
        """Mask of a scan."""


def build(spec: AnyBrain) -> BrainMask:
    """The method that a config names."""
    return cast("BrainMask", importlib.import_module(f"bleedmap.brain.{spec.method}").brain_mask)


def brain_mask(spec: AnyBrain, volume: CtVolume, name: str = "") -> NDArray[np.uint8]:
    """Where the brain, its fluid and its bleeds lie.

    Args:
        spec: the method.
        volume: the scan.
        name: its public id, by which precomputed masks are found.

    Returns:
        (slices, rows, columns) uint8, 1 inside.

    Raises:
        ScanError: the method cannot give a mask of this scan.
    """
    return build(spec)(spec, volume, name)
