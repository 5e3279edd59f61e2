"""FROC: how many boxes are found at how many false points a slice (Bunch 1977), over all slices at once.

A detector's points are called from a score on; each such score is a point of the curve. Points that the detector has
left out already, by its own threshold, are on no curve: past its last false point the curve stays as high as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATES = (0.125, 0.25, 0.5, 1, 2, 4, 8)  # false points a slice
METRICS = (*(f"froc_{rate:g}" for rate in RATES), "froc_area")


@dataclass(frozen=True)
class JudgedPoints:
    """Points of one scan and class, told right or wrong.

    Args:
        boxes: (boxes,) float64, the highest score of any point in each; minus infinity where there is none.
        false: (points,) float64, scores of points in no box.
        slices: number of slices on which a point can be told right or wrong.
    """

    boxes: NDArray[np.float64]
    false: NDArray[np.float64]
    slices: int

    @property
    def counts(self) -> dict[str, int]:
        """Boxes with and without a point, and points in no box."""
        found = int(np.isfinite(self.boxes).sum())
        return {"box_tp": found, "box_fn": len(self.boxes) - found, "point_fp": len(self.false)}


def froc(scans: Sequence[JudgedPoints]) -> dict[str, float]:
    """Sensitivity at each of ``RATES`` false points a slice, and the area under the curve.

    Args:
        scans: of one class.

    Returns:
        By name of ``METRICS``, all in [0, 1], or NaN without boxes: at a rate, the share of boxes that are found at the
        lowest score with no more false points; the area is the mean over the logarithm of the rate from the first to
        the last, so that each doubling counts alike.
    """
    boxes = np.sort(np.concatenate([np.zeros(0), *(scan.boxes for scan in scans)]))
    false = np.sort(np.concatenate([np.zeros(0), *(scan.false for scan in scans)]))[::-1]
    slices = sum(scan.slices for scan in scans)
    if not len(boxes):
        return dict.fromkeys(METRICS, np.nan)
    # with k false points allowed, every score above that of the next one is
    most = int(RATES[-1] * slices)
    bounds = np.concatenate([false, np.full(max(0, most + 1 - len(false)), -np.inf)])[: most + 1]
    sensitivity = 1 - np.searchsorted(boxes, bounds, side="right") / len(boxes)
    at_rates = {f"froc_{rate:g}": float(sensitivity[int(rate * slices)]) for rate in RATES}
    ends = np.log((np.arange(most + 2) / slices).clip(RATES[0], RATES[-1]))
    return {**at_rates, "froc_area": float((sensitivity * np.diff(ends)).sum() / (ends[-1] - ends[0]))}
