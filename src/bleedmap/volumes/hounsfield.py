"""Hounsfield units: what values they can take, and how to tell them from anything else."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import AIR_HU, HIGHEST_HU
from bleedmap.errors import ScanError

MOST_HU = 31_000  # more than metal has on an extended scale
_MOST_SAMPLES = 500_000


def clip_hu(values: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.int16]:
    """Values as int16 HU in [-1024, 3071]; whatever is not a number becomes air.

    Args:
        values: any shape, HU.
    """
    if values.dtype == np.int16:
        return np.asarray(np.clip(values, AIR_HU, HIGHEST_HU), dtype=np.int16)
    finite = np.nan_to_num(values.astype(np.float32), nan=AIR_HU, posinf=HIGHEST_HU, neginf=AIR_HU)
    return np.asarray(np.rint(np.clip(finite, AIR_HU, HIGHEST_HU)), dtype=np.int16)


def unwrap_12_bit(stored: NDArray[np.integer], intercept: float) -> tuple[NDArray[np.int32], float]:
    """Undo the overflow of signed HU that were stored as unsigned 12-bit numbers with an intercept near zero.

    Stored 0..3095 keep their HU and 3096..4095 become -1000..-1, as the makers of RSNA 2019 loaders found.

    Args:
        stored: pixel values with BitsStored 12 and PixelRepresentation 0.
        intercept: RescaleIntercept, HU.

    Returns:
        Pixel values and the intercept that goes with them.
    """
    values = stored.astype(np.int32)
    if intercept <= -100:
        return values, intercept
    values += 1000
    values[values >= 4096] -= 4096
    return values, -1000.0


def is_hu(values: NDArray[np.int16]) -> bool:
    """Whether values can be the Hounsfield units of a head.

    A head with its surroundings has both air (at least 1 % below -200) and soft tissue (at least 1 % in 1..100). A
    skull-stripped head has no air but lies on a constant background of at most 0, and what remains is soft tissue:
    median in 0..100, first and ninety-ninth percentile within -150..200 and at least 10 HU apart, as labels are not.

    Args:
        values: any shape, candidates for HU.
    """
    flat = values.ravel()
    flat = flat[:: (flat.size // _MOST_SAMPLES) | 1]  # an odd step meets every column of an even matrix
    air, soft = np.mean(flat < -200), np.mean((flat > 0) & (flat <= 100))
    if air >= 0.01 and soft >= 0.01:
        return True
    background = np.bincount(flat.astype(np.int64) - AIR_HU).argmax() + AIR_HU
    inside = flat[flat != background]
    if background > 0 or inside.size < 0.01 * flat.size:
        return False
    low, median, high = np.percentile(inside, [1, 50, 99])
    return bool(low >= -150 and 0 < median <= 100 and low + 10 <= high <= 200)


def require_hu(values: NDArray[np.int16]) -> None:
    """Refuse values that cannot be Hounsfield units (see ``is_hu``)."""
    if not is_hu(values):
        raise ScanError(
            "not-hu",
            found="values without the air and soft tissue of a head CT",
            expected="Hounsfield units: air near -1000, water 0, brain 20 to 45",
            remedy="export the original series, or undo the window or scaling that was applied to it",
        )


def refuse_ct(values: NDArray[np.floating] | NDArray[np.integer]) -> None:
    """Refuse, as an MR, values that can only be Hounsfield units: soft tissue, and air that is no constant background.

    Args:
        values: any shape, candidates for MR signal.
    """
    hu = clip_hu(values).ravel()
    hu = hu[:: (hu.size // _MOST_SAMPLES) | 1]
    air, soft = np.mean((hu < -200) & (hu > hu.min())), np.mean((hu > 0) & (hu <= 100))
    if air >= 0.01 and soft >= 0.01:
        raise ScanError(
            "not-mr",
            found="values with the air and soft tissue of a CT in Hounsfield units",
            expected="MR signal",
            remedy="give the MR, or set modality: ct for CT",
        )
