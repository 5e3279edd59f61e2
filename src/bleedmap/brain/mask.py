"""The brain mask of a scan, by the method that a config names."""

from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.components import load
from bleedmap.config.brain import AnyBrain
from bleedmap.volumes.ct_volume import CtVolume


class BrainMask(Protocol):
    """What every brain module offers as ``brain_mask``."""

    def __call__(self, spec: AnyBrain, volume: CtVolume, name: str) -> NDArray[np.uint8]:
        """Mask of a scan."""


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
    method = cast("BrainMask", load(spec).brain_mask)
    return method(spec, volume, name)
