"""The values of one searched key: a ladder to climb, and an axis to move on."""

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
        kind: spacing of the axis: linear, log, or list, whose axis are the places on the ladder.
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

    @property
    def bounds(self) -> tuple[float, float]:
        """Ends of the axis."""
        return self.place(self.ladder[0]), self.place(self.ladder[-1])

    def place(self, value: float) -> float:
        """Where a value lies on the axis."""
        if self.kind == "list":
            return float(self.ladder.index(value))
        return math.log(value) if self.kind == "log" else value

    def value(self, place: float) -> float:
        """The value at a place on the axis, the nearest one where there are gaps."""
        if self.kind == "list":
            return self.ladder[round(min(max(place, 0), len(self.ladder) - 1))]
        value = math.exp(place) if self.kind == "log" else place
        # rounding must not lead out of the range
        return min(max(_tidy(value, is_integer=self.is_integer), self.ladder[0]), self.ladder[-1])

    def is_end(self, value: float) -> bool:
        """Whether a value is the lowest or the highest of several."""
        return len(self.ladder) > 1 and value in (self.ladder[0], self.ladder[-1])


def _values(search: Search) -> list[float]:
    if search.from_ is None or search.to is None:
        return list(search.values)
    space = np.geomspace if search.search == "log" else np.linspace
    return [float(value) for value in space(search.from_, search.to, search.steps)]


def _tidy(value: float, *, is_integer: bool) -> float:
    return float(round(value)) if is_integer else float(f"{value:.{DIGITS}g}")
