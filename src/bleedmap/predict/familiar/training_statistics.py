"""What the scans that a method learnt on are like, and which numbers of another scan lie outside of that."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from bleedmap.errors import TableError
from bleedmap.predict.familiar.scan_statistics import ScanStatistics

EXTREMES = (0.005, 0.995)  # between which the training scans' own values lie, but for one in a hundred that may be odd
BEYOND = 0.1  # of an extreme, and seen too: training changes the size of every scan by as much (``augment.scale``)
FENCE = 3.0  # times the way between the quartiles: Tukey's outer fences, beyond which a value is far out (Tukey 1977)
NAMES = tuple(field.name for field in fields(ScanStatistics))
# what these exceed no network sees: finer pixels are averaged on the working grid, more slices are seen one by one,
# and a skull without gaps is a skull
ONE_SIDED = {"pixel_mm": "high", "slices": "low", "skull_share": "low"}
UNKNOWN = "training-unknown"  # nothing is known of the training scans, so nothing can be said


@dataclass(frozen=True)
class Range:
    """Values of one statistic that a method knows.

    Args:
        low: lowest value.
        median: of the training scans.
        high: highest value.
    """

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Self:
        """From the lower to the higher of two bounds: the extremes and a tenth more, and Tukey's outer fences.

        Args:
            values: (n,) of the training scans, at least one.
        """
        least = np.quantile(values, EXTREMES[0], method="lower")
        most = np.quantile(values, EXTREMES[1], method="higher")
        first, median, third = np.quantile(values, [0.25, 0.5, 0.75])
        fence = FENCE * (third - first)
        low = min(least - BEYOND * abs(least), first - fence)
        high = max(most + BEYOND * abs(most), third + fence)
        return cls(float(low), float(median), float(high))


@dataclass(frozen=True)
class TrainingStatistics:
    """What the scans that a method learnt on are like.

    Args:
        scans: how many were measured.
        ranges: by name of the statistic (see ``ScanStatistics``), without those that no scan has.
    """

    scans: int
    ranges: dict[str, Range]

    def to_json(self) -> str:
        """As JSON, the same text for the same numbers; it holds no number of a single scan by name."""
        return TypeAdapter(type(self)).dump_json(self, indent=2).decode() + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` gave.

        Raises:
            TableError: ``training-statistics``, the text is anything else.
        """
        try:
            found = TypeAdapter(cls).validate_json(text)
        except ValidationError:
            found = None
        if found is None or not all(name in NAMES and one.low <= one.high for name, one in found.ranges.items()):
            raise TableError(
                "training-statistics",
                found="a summary of training scans that cannot be read",
                expected="the one that the workflow wrote",
                remedy="let the workflow write it anew",
            )
        return found


def training_statistics(scans: Sequence[ScanStatistics]) -> TrainingStatistics:
    """Ranges over training scans.

    Args:
        scans: of the subjects that a method learnt on.
    """
    table = [asdict(scan) for scan in scans]
    values = {name: [scan[name] for scan in table if scan[name] is not None] for name in NAMES}
    ranges = {name: Range.of(np.asarray(found, dtype=np.float64)) for name, found in values.items() if found}
    return TrainingStatistics(len(table), ranges)


def unfamiliar(scan: ScanStatistics, known: TrainingStatistics) -> list[str]:
    """Which numbers of a scan a method does not know.

    Args:
        scan: the scan.
        known: the scans that the method learnt on.

    Returns:
        Such as ``noise-hu-high``: the name of the statistic and the side on which it lies outside, in the order of
        ``ScanStatistics``. What a scan does not have is not judged. ``training-unknown`` where there are no ranges.
    """
    if not known.ranges:
        return [UNKNOWN]
    found = []
    for name, value in asdict(scan).items():
        if value is None or name not in known.ranges:
            continue
        side = "low" if value < known.ranges[name].low else "high" if value > known.ranges[name].high else ""
        if side and ONE_SIDED.get(name, side) == side:
            found.append(f"{name.replace('_', '-')}-{side}")
    return found
