"""What was found on an even stack without tilt, for the many programs that know nothing else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.predict.found import Found
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.regular import NO_TILT_DEGREES, even_spacing, onto_grid, to_regular


@dataclass(frozen=True)
class EvenStack:
    """A scan and what was found in it, resampled; true in space throughout.

    Args:
        volume: the scan.
        labels: (slices, rows, columns) uint8, those that fill at least half of a voxel.
        probability: the same shape, float32, interpolated; None where there is none.
    """

    volume: CtVolume
    labels: NDArray[np.uint8]
    probability: NDArray[np.float32] | None


def even_stack(found: Found) -> EvenStack | None:
    """Resample a scan whose gaps are uneven or whose gantry was tilted; None for any other.

    The affine of a NIfTI file cannot say uneven gaps, and many readers drop the shear of a tilt, or refuse it. Uneven
    slices become a finer stack (``even_spacing``).
    """
    native = found.volume.geometry
    if native.is_even() and native.tilt_degrees() < NO_TILT_DEGREES:
        return None
    volume = to_regular(found.volume, even_spacing(native))

    def moved(array: NDArray[np.generic]) -> NDArray[np.generic]:
        return onto_grid(array, native, volume.geometry, volume.hu.shape)

    probability = None if found.probability is None else np.asarray(moved(found.probability), dtype=np.float32)
    return EvenStack(volume, np.asarray(moved(found.labels), dtype=np.uint8), probability)
