"""The values of one searched key: a ladder to climb, and a way between its ends."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from bleedmap.config.searches import Search

DIGITS = 6  # significant digits of a value; finer ones make no difference, but long numbers in the tuned spec


@dataclass(frozen=True)
class Dimension:
    """One key that is searched.

    Args:
        ladder: its values for grid and coordinate search, ascending, each once.
        kind: spacing of the way between lowest and highest: linear, log, or list, which goes by places on the ladder.
        is_integer: whether only whole numbers are values.
    """

    ladder: tuple[float, ...]
    kind: str
    is_integer: bool

    @classmethod
    def of(cls, search: Search, *, is_integer: bool) -> Self:
        """Read a search of the config.

        Args:
            search: its range and number of steps, or its values.
            is_integer: whether the key takes whole numbers only.
        """
        tidy = sorted({_tidy(value, is_integer=is_integer) for value in _values(search)})
        return cls(tuple(tidy), search.search, is_integer)

    def share(self, value: float) -> float:
        """Where a value lies between the lowest, 0, and the highest, 1, of several."""
        low, high, here = (self._place(each) for each in (self.ladder[0], self.ladder[-1], value))
        return (here - low) / (high - low)

    def value(self, share: float) -> float:
        """The value at a share of the way from the lowest to the highest, the nearest one where there are gaps."""
        low, high = self._place(self.ladder[0]), self._place(self.ladder[-1])
        place = low + share * (high - low)
        if self.kind == "list":
            return self.ladder[round(place)]
        value = _tidy(math.exp(place) if self.kind == "log" else place, is_integer=self.is_integer)
        # rounding must not lead out of the range
        return min(max(value, self.ladder[0]), self.ladder[-1])

    def is_end(self, value: float) -> bool:
        """Whether a value is the lowest or the highest of several."""
        return len(self.ladder) > 1 and value in (self.ladder[0], self.ladder[-1])

    def _place(self, value: float) -> float:
        if self.kind == "list":
            return float(self.ladder.index(value))
        return math.log(value) if self.kind == "log" else value


def _values(search: Search) -> list[float]:
    if search.values is not None:
        return [float(value) for value in search.values]
    first, last, steps = (float(each or 0) for each in (search.first, search.last, search.steps))
    space = np.geomspace if search.search == "log" else np.linspace
    return [float(value) for value in space(first, last, int(steps))]


def _tidy(value: float, *, is_integer: bool) -> float:
    return float(round(value)) if is_integer else float(f"{value:.{DIGITS}g}")
