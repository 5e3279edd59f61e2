"""What is told of one scan: how sure a method is, and how often it was wrong on validation scans like it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.predict.calibration.calibrate import Calibration


@dataclass(frozen=True)
class Certainty:
    """What is told of a scan; all numbers are of the classifier, whatever makes the mask.

    Args:
        probability: of a finding anywhere in the scan, calibrated.
        slice_probability: (slices,) of a finding in each slice, calibrated.
        spread: standard deviation of the first between folds and mirror images.
        is_uncertain: whether it is as near to the operating point as the least sure fifth of the validation scans.
        scans: validation scans that were uncertain, if this one is, or else those that were not.
        errors: how many of these were called wrongly: to show a finding, or none.
        error_rate: share of errors; None without such scans.
        error_interval: its 95 % interval (Wilson 1927); None likewise.
    """

    probability: float
    slice_probability: list[float]
    spread: float
    is_uncertain: bool
    scans: int
    errors: int
    error_rate: float | None
    error_interval: tuple[float, float] | None

    @property
    def sentence(self) -> str:
        """The same for people."""
        start = f"probability of a finding {self.probability:.2f} (calibrated), {self.word}"
        if self.error_interval is None:
            return f"{start}; no validation scan was so"
        low, high = (round(100 * bound) for bound in self.error_interval)
        was = "was" if self.errors == 1 else "were"
        return (
            f"{start}; of {self.scans} such validation scans {self.errors} {was} called wrongly"
            f" (95 % interval {low} to {high} %)"
        )

    @property
    def word(self) -> str:
        """How sure, in a word."""
        return "uncertain" if self.is_uncertain else "not uncertain"


def certainty(calibration: Calibration, probability: NDArray[np.floating]) -> Certainty:
    """How sure a method is of a scan.

    Args:
        calibration: of its classifiers.
        probability: (folds, 2, slices) uncalibrated, of any finding, in each slice and in its mirror image.
    """
    sure = calibration.of_scan(probability)
    alike = calibration.uncertain if sure.is_uncertain else calibration.certain
    interval = alike.interval
    return Certainty(
        probability=round(sure.scan_probability, 4),
        slice_probability=[round(float(each), 4) for each in sure.slice_probability],
        spread=round(sure.spread, 4),
        is_uncertain=sure.is_uncertain,
        scans=alike.scans,
        errors=alike.errors,
        error_rate=None if alike.rate is None else round(alike.rate, 4),
        error_interval=None if interval is None else (round(interval[0], 4), round(interval[1], 4)),
    )
