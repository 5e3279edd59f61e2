"""From stored values to HU or MR signal: a table of all values there can be, so that a slice is one look-up."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import AIR_HU
from bleedmap.volumes.hounsfield import clip_hu, unwrap_12_bit


@dataclass(frozen=True)
class Rescale:
    """What stored values mean.

    Args:
        slope: HU, or units of signal, a step.
        intercept: HU or signal of stored 0.
        bits: bits that count.
        signed: whether they are signed.
        padding: first and last stored value outside of the picture, None where not said.
        is_hu: whether they mean HU; False for the signal of an MR.
    """

    slope: float
    intercept: float
    bits: int
    signed: bool
    padding: tuple[int, int] | None
    is_hu: bool = True

    @property
    def may_wrap(self) -> bool:
        """Whether signed HU can have overflowed in these unsigned numbers (see ``unwrap_12_bit``)."""
        return self.is_hu and self.bits == 12 and not self.signed and self.slope == 1 and self.intercept > -100


def to_values(patterns: NDArray[np.uint16], rescale: Rescale) -> NDArray[np.int16] | NDArray[np.float32]:
    """What stored values mean, same shape: int16 HU in [-1024, 3071], padding as air; or float32 signal, padding NaN.

    Args:
        patterns: the sixteen bits of every pixel, whether they mean signed or unsigned numbers.
        rescale: what they mean.
    """
    return _table(rescale).take(patterns)


def was_wrapped(patterns: NDArray[np.uint16], rescale: Rescale) -> bool:
    """Whether undoing the 12-bit overflow changed any pixel."""
    return rescale.may_wrap and bool((_table(rescale) != _table(rescale, unwrap=False)).take(patterns).any())


@lru_cache(maxsize=8)
def _table(rescale: Rescale, *, unwrap: bool = True) -> NDArray[np.int16] | NDArray[np.float32]:
    """(65536,) HU or signal of every pattern of 16 bits."""
    patterns = np.arange(2**16, dtype=np.uint16)
    stored = (patterns.view(np.int16) if rescale.signed else patterns).astype(np.int32)
    values, intercept = stored, rescale.intercept
    if unwrap and rescale.may_wrap:
        values, intercept = unwrap_12_bit(stored, intercept)
    meant = values * rescale.slope + intercept
    table = clip_hu(np.rint(meant)) if rescale.is_hu else meant.astype(np.float32)
    if rescale.padding is not None:
        first, last = sorted(_as_stored(value, signed=rescale.signed) for value in rescale.padding)
        table[(stored >= first) & (stored <= last)] = AIR_HU if rescale.is_hu else np.nan
    table.flags.writeable = False
    return table


def _as_stored(value: int, *, signed: bool) -> int:
    """Padding as the pixels have it; headers give it signed or unsigned whatever the pixels are."""
    pattern = value % 2**16
    return pattern - 2**16 if signed and pattern >= 2**15 else pattern
