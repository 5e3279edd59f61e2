"""From the words of a file to HU or MR signal: a table of all words there can be, so that a slice is one look-up."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import AIR_HU
from bleedmap.volumes.dicom.padding import outside_picture
from bleedmap.volumes.dicom.word import CUT_OFF, EXTENDED, FOREIGN, PLAIN, PixelWord, kinds
from bleedmap.volumes.hounsfield import MOST_HU, clip_hu, unwrap_12_bit

LEAST_TISSUE_HU = -200


@dataclass(frozen=True)
class Rescale:
    """What stored values mean.

    Args:
        slope: HU, or units of signal, a step.
        intercept: HU or signal of stored 0.
        word: where in a word of the file they are.
        padding: first and last stored value outside of the picture, None where not said.
        is_hu: whether they mean HU; False for the signal of an MR.
    """

    slope: float
    intercept: float
    word: PixelWord
    padding: tuple[int, int] | None
    is_hu: bool = True

    @property
    def may_wrap(self) -> int:
        """Bits at which signed HU can have overflowed in these unsigned numbers; 0 where they cannot have.

        12: see ``unwrap_12_bit``. 16: words that would be more than ``MOST_HU`` are negative numbers.
        """
        if not self.is_hu or self.word.signed:
            return 0
        if self.word.stored == 12 and self.slope == 1 and self.intercept > -100:
            return 12
        return 16 if self.word.stored == 16 and 65535 * self.slope + self.intercept > MOST_HU else 0


def to_values(
    words: NDArray[np.uint16], rescale: Rescale
) -> tuple[NDArray[np.int16] | NDArray[np.float32], frozenset[str]]:
    """What the words of a slice mean, and what a person should know about it.

    Padding is what reaches the border of the slice; a value inside the picture that happens to be the same is kept.

    Args:
        words: (rows, columns), as in the file.
        rescale: what they mean.

    Returns:
        Same shape, int16 HU in [-1024, 3071], padding as air; or float32 signal, padding NaN. And flags:
        ``wrapped-12-bit``, ``wrapped-16-bit`` (an overflow was undone), ``pixel-bits`` (words hold more than the
        header tells, or not where it should be), ``padding-inside`` (tissue of a CT slice has its padding value).
    """
    values = _table(rescale).take(words)
    flags = {"pixel-bits"} if _has_other_bits(words, rescale) else set()
    if rescale.may_wrap and _wrapped(rescale).take(words).any():
        flags.add(f"wrapped-{rescale.may_wrap}-bit")
    if rescale.padding is not None:
        unsure = _unsure(rescale).take(words)
        if unsure.any():
            outside, doubtful = outside_picture(unsure)
            if rescale.is_hu and (values[doubtful] >= LEAST_TISSUE_HU).any():
                flags.add("padding-inside")
            values[outside] = AIR_HU if rescale.is_hu else np.nan
    return values, frozenset(flags)


def _has_other_bits(words: NDArray[np.uint16], rescale: Rescale) -> bool:
    """Whether words hold something beside their pixels, or negative numbers of two spellings."""
    if not rescale.word.as_said:
        return True
    if rescale.word.stored == rescale.word.allocated:
        return False
    found = int(np.bitwise_or.reduce(_kinds(rescale).take(words), axis=None))
    return bool(found & FOREIGN) or found & (EXTENDED | CUT_OFF) == EXTENDED | CUT_OFF


@lru_cache(maxsize=8)
def _kinds(rescale: Rescale) -> NDArray[np.uint8]:
    """``kinds`` of words but padding; cut-off negative numbers that would be below air may be high positive ones."""
    found = np.where(_is_padding(rescale), np.uint8(PLAIN), kinds(rescale.word))
    if rescale.is_hu:
        meant = rescale.word.numbers(_words()) * rescale.slope + rescale.intercept
        found[(found == CUT_OFF) & (meant < AIR_HU)] = FOREIGN
    return found


@lru_cache(maxsize=8)
def _table(rescale: Rescale, *, unwrap: bool = True) -> NDArray[np.int16] | NDArray[np.float32]:
    """(65536,) HU or signal of every word."""
    numbers, intercept = rescale.word.numbers(_words()), rescale.intercept
    if unwrap and rescale.may_wrap == 12:
        numbers, intercept = unwrap_12_bit(numbers, intercept)
    meant = np.asarray(numbers * rescale.slope + intercept, dtype=np.float64)
    if unwrap and rescale.may_wrap == 16:
        meant[meant > MOST_HU] -= 2**16 * rescale.slope
    table = clip_hu(np.rint(meant)) if rescale.is_hu else meant.astype(np.float32)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=8)
def _wrapped(rescale: Rescale) -> NDArray[np.bool_]:
    """(65536,) words but padding for which undoing the overflow changes anything."""
    return np.asarray((_table(rescale) != _table(rescale, unwrap=False)) & ~_is_padding(rescale))


@lru_cache(maxsize=8)
def _unsure(rescale: Rescale) -> NDArray[np.bool_]:
    """(65536,) padding that is not air by its own value."""
    return np.asarray(_is_padding(rescale) & (_table(rescale) != AIR_HU))


def _is_padding(rescale: Rescale) -> NDArray[np.bool_]:
    """(65536,) words that are padding; a padding value of more bits than a pixel has is one of the whole word."""
    if rescale.padding is None:
        return np.zeros(2**16, dtype=np.bool_)
    word, words = rescale.word, _words()
    first, last = sorted(_as_stored(value, signed=word.signed) for value in rescale.padding)
    stored = word.numbers(words)
    found = (stored >= first) & (stored <= last)
    lowest, highest = word.range
    if not lowest <= first <= highest:
        whole = words.view(np.int16) if word.signed else words
        found |= (whole >= first) & (whole <= last)
    return np.asarray(found)


def _as_stored(value: int, *, signed: bool) -> int:
    """Padding as the pixels have it; headers give it signed or unsigned whatever the pixels are."""
    pattern = value % 2**16
    return pattern - 2**16 if signed and pattern >= 2**15 else pattern


def _words() -> NDArray[np.uint16]:
    return np.arange(2**16, dtype=np.uint16)
