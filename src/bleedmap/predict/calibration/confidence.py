"""How sure a method is of one scan: its calibrated probabilities, their spread, and whether it is uncertain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from bleedmap.predict.calibration.temperature import logits_of, scaled

UNCERTAIN = "uncertain"  # the flag


@dataclass(frozen=True)
class Measured:
    """How often the call of a scan, bleed or none, was wrong.

    Args:
        scans: how many were called.
        errors: how many of them wrongly.
    """

    scans: int
    errors: int

    @property
    def rate(self) -> float | None:
        """Share of errors; None without scans."""
        return self.errors / self.scans if self.scans else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the rate (Wilson 1927); None without scans."""
        if not self.scans:
            return None
        found = binomtest(self.errors, self.scans).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Confidence:
    """How sure a method is of one scan.

    Args:
        slice_probability: (slices,) calibrated probability of a bleed, the mean of the folds.
        scan_probability: of a bleed anywhere, calibrated, the mean of the folds.
        spread: standard deviation of that between the folds and the mirror images.
        margin: see ``margins``.
        is_uncertain: whether the margin is at most that of the least sure fifth of the validation scans.
    """

    slice_probability: NDArray[np.float64]
    scan_probability: float
    spread: float
    margin: float
    is_uncertain: bool


def distances(
    probability: NDArray[np.floating], thresholds: NDArray[np.floating], temperature: float
) -> NDArray[np.float64]:
    """How far probabilities lie from their thresholds, logits at a temperature; shapes that broadcast."""
    return np.asarray((logits_of(probability) - logits_of(thresholds)) / temperature)


def margins(members: NDArray[np.floating]) -> NDArray[np.float64]:
    """How far scans lie from the operating point, drawn in by the spread of what several members say.

    A logit whose members spread by s counts as one without spread that is nearer by 1 / sqrt(1 + pi s^2 / 8): the
    probability that is left when a Gaussian of that width is averaged over (MacKay 1992).

    Args:
        members: (M, scans) distances, at least two members.

    Returns:
        (scans,) logits, at least 0.
    """
    spread = members.std(axis=0, ddof=1)
    return np.asarray(np.abs(members.mean(axis=0)) / np.sqrt(1 + np.pi * spread**2 / 8))


def confidence(
    probability: NDArray[np.floating],
    *,
    thresholds: Sequence[float],
    slice_temperature: float,
    scan_temperature: float,
    least_margin: float,
) -> Confidence:
    """How sure a method is of a scan.

    Args:
        probability: (folds, 2, slices) of a bleed, of the slices and of their mirror images.
        thresholds: probability from which each fold calls a slice, and a scan with such a slice, bleeding.
        slice_temperature: of slices.
        scan_temperature: of the greatest logit of a scan's slices.
        least_margin: margin up to which a scan is uncertain.
    """
    of_scan = np.asarray(probability, dtype=np.float64).max(axis=2)
    far = distances(of_scan, np.array(thresholds)[:, None], scan_temperature)
    margin = float(margins(far.reshape(-1, 1))[0])
    shown = scaled(of_scan, scan_temperature)
    return Confidence(
        slice_probability=scaled(probability[:, 0], slice_temperature).mean(axis=0),
        scan_probability=float(shown[:, 0].mean()),
        spread=float(shown.std(ddof=1)),
        margin=margin,
        is_uncertain=margin <= least_margin,
    )
