"""What tuning maximises: Dice by unit (spec 0.3), the same units for every candidate."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_VOXEL


@dataclass(frozen=True)
class Overlap:
    """Voxels of each slice of one scan: of both masks, of the found one, of the drawn one.

    Args:
        both: (slices,) int64.
        found: (slices,) int64.
        drawn: (slices,) int64.
    """

    both: NDArray[np.int64]
    found: NDArray[np.int64]
    drawn: NDArray[np.int64]

    @classmethod
    def of(cls, labels: NDArray[np.uint8], truth: NDArray[np.uint8], label: int | None = None) -> Self:
        """Count hemorrhage of any kind, or of one.

        Args:
            labels: (slices, rows, columns) uint8; 255, unknown, is not found.
            truth: the same; 255 takes no part.
            label: of the subtype that is counted; None: any.
        """
        known = truth != UNKNOWN_VOXEL
        if label is None:
            found, drawn = (labels > 0) & (labels != UNKNOWN_VOXEL) & known, (truth > 0) & known
        else:
            found, drawn = (labels == label) & known, truth == label
        return cls(*(np.count_nonzero(mask, axis=(1, 2)).astype(np.int64) for mask in (found & drawn, found, drawn)))


class DiceByUnit:
    """Mean Dice over units, which are the same for every candidate, whatever it finds.

    A healthy subject counts 1 where nothing is found and 0 where something is, so that false positives are paid for
    and the mean is over the same subjects all the same. Where nothing at all is drawn there is nothing to choose by.

    Args:
        unit: slice: slices with hemorrhage in the truth; subject: subjects, their scans summed; pooled: all voxels.
    """

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._slices = [np.zeros(0)]
        self._sums: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, dtype=np.int64))

    def add(self, subject: str, overlap: Overlap) -> None:
        """Take in a scan, or those slices of it that have truth."""
        total = overlap.found + overlap.drawn
        if self._unit == "slice":
            bleeds = overlap.drawn > 0
            self._slices.append(2 * overlap.both[bleeds] / total[bleeds])
        else:
            name = subject if self._unit == "subject" else ""
            self._sums[name] += (overlap.both.sum(), total.sum(), overlap.drawn.sum())

    def score(self) -> tuple[float, int]:
        """The mean and the number of units that it is of; NaN of none."""
        if self._unit == "slice":
            values = np.concatenate(self._slices)
        else:
            sums = list(self._sums.values()) if any(drawn for _, _, drawn in self._sums.values()) else []
            values = np.array([2 * both / total if total else 1.0 for both, total, _ in sums])
        return (float(values.mean()), len(values)) if len(values) else (float("nan"), 0)
