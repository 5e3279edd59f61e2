"""Where in a scan patches may lie: what its mask says of it, slice by slice."""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_VOXEL


class Patch(NamedTuple):
    """Neighbouring slices of one scan.

    Args:
        rows: their numbers in the training set, foot to head; fewer than a patch has in short scans only.
        seen: how many of them, from the foot, an earlier patch has shown; they do not count again.
    """

    rows: NDArray[np.intp]
    seen: int = 0


@dataclass(frozen=True)
class PatchPlaces:
    """One scan to take patches from.

    Unknown slices may stand in a patch, as context, but a patch of them alone is none.

    Args:
        rows: (slices,) numbers of its slices in the training set, foot to head.
        usable: (slices,) bool, slices with a known voxel.
        bleeding: slices with hemorrhage.
        known: voxels of which the mask says something.
        positive: voxels of hemorrhage.
        depth: slices of a patch.
    """

    rows: NDArray[np.intp]
    usable: NDArray[np.bool_]
    bleeding: NDArray[np.intp]
    known: int
    positive: int
    depth: int

    @classmethod
    def of(cls, rows: NDArray[np.intp], masks: NDArray[np.uint8], depth: int) -> Self:
        """Survey a scan.

        Args:
            rows: numbers of its slices, foot to head.
            masks: (slices, size, size) uint8, 255 unknown, any other label above 0 hemorrhage.
            depth: slices of a patch.
        """
        is_known = masks != UNKNOWN_VOXEL
        known = is_known.sum(axis=(1, 2))
        positive = (is_known & (masks > 0)).sum(axis=(1, 2))
        return cls(rows, known > 0, np.flatnonzero(positive), int(known.sum()), int(positive.sum()), depth)

    def draw(self, foreground_share: float, rng: np.random.Generator) -> Patch:
        """A random patch.

        Args:
            foreground_share: probability that it is placed around a slice with hemorrhage, if there is one.
            rng: decides.
        """
        if rng.random() < foreground_share and len(self.bleeding):
            below = int(rng.choice(self.bleeding)) - int(rng.integers(self.depth))
            return self._patch(int(np.clip(below, 0, self._last)))
        starts = [start for start in range(self._last + 1) if self._is_usable(start)]
        return self._patch(int(rng.choice(starts)))

    def cover(self) -> list[Patch]:
        """Patches that show every slice once, from the foot up; the highest one reaches down to be whole."""
        starts = range(0, len(self.rows), self.depth)
        return [self._patch(min(start, self._last), start) for start in starts if self._is_usable(start)]

    @property
    def _last(self) -> int:
        """Highest start of a patch."""
        return max(0, len(self.rows) - self.depth)

    def _is_usable(self, start: int) -> bool:
        return bool(self.usable[start : start + self.depth].any())

    def _patch(self, start: int, fresh: int | None = None) -> Patch:
        """Patch from ``start``; slices below ``fresh`` have been seen."""
        return Patch(self.rows[start : start + self.depth], 0 if fresh is None else fresh - start)
