"""Where in a word of a file the pixel is: bits, sign, and whether the rest of the word holds something else."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PLAIN, EXTENDED, CUT_OFF, FOREIGN = 0, 1, 2, 4


@dataclass(frozen=True)
class PixelWord:
    """Where a pixel lies in its word (DICOM PS3.5, section 8.1.1).

    Args:
        allocated: bits of a word in the file, 8 or 16.
        stored: bits of it that are the pixel.
        high: the highest of these, from 0.
        signed: whether they are signed.
        as_said: whether the header says where they are, and that it is at the low end of the word, as it must be.
    """

    allocated: int
    stored: int
    high: int
    signed: bool
    as_said: bool = True

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest number that a pixel can be."""
        lowest = -(2 ** (self.stored - 1)) if self.signed else 0
        return lowest, lowest + 2**self.stored - 1

    def numbers(self, words: NDArray[np.uint16]) -> NDArray[np.int32]:
        """The pixels of words, same shape: other bits cut off, the sign extended.

        Args:
            words: any shape, as in the file.
        """
        field: NDArray[np.int32] = (words.astype(np.int32) >> (self.high + 1 - self.stored)) & (2**self.stored - 1)
        if self.signed:
            field -= (field >> (self.stored - 1)) << self.stored
        return field


@lru_cache(maxsize=8)
def kinds(word: PixelWord) -> NDArray[np.uint8]:
    """(65536,) what the other bits of every word are.

    ``PLAIN``: 0. ``EXTENDED``: all 1 beside a negative number, ``CUT_OFF``: all 0 beside one. ``FOREIGN``: else, such
    as a graphic overlay, or a number of more bits than the header tells.
    """
    words = np.arange(2**16, dtype=np.uint16)
    field = (2**word.stored - 1) << (word.high + 1 - word.stored)
    others = 2**word.allocated - 1 - field
    rest = words & others
    negative = word.numbers(words) < 0
    found = np.where(rest != 0, FOREIGN, np.where(negative & (others != 0), CUT_OFF, PLAIN)).astype(np.uint8)
    found[negative & (rest == others) & (others != 0)] = EXTENDED
    found.flags.writeable = False
    return found
