"""How sure a method is of one scan: its calibrated probabilities, their spread, and whether it is uncertain."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
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
        slice_probability: (slices,) calibrated probability of a bleed.
        scan_probability: of a bleed anywhere, calibrated.
        spread: standard deviation of that between the members: the scan and its mirror image, or folds.
        margin: see ``margins``.
        is_uncertain: whether the margin is at most that of the least sure fifth of the validation scans.
    """

    slice_probability: NDArray[np.float64]
    scan_probability: float
    spread: float
    margin: float
    is_uncertain: bool


def margins(
    members: NDArray[np.floating], threshold: float, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far the calibrated logits of scans lie from the operating point, drawn in by the spread of the members.

    A logit whose members spread by s counts as one without spread that is nearer by 1 / sqrt(1 + pi s^2 / 8): the
    probability that is left when a Gaussian of that width is averaged over (MacKay 1992, Eq. 12).

    Args:
        members: (M, scans) probability of a bleed in each scan, as M members say, uncalibrated.
        threshold: probability from which a scan is called bleeding.
        temperature: of scans.

    Returns:
        (scans,) margins, logits, at least 0; and (scans,) standard deviations of the calibrated probability.
    """
    logits = logits_of(members) / temperature
    at = float(logits_of(np.array(threshold))) / temperature
    spread = logits.std(axis=0, ddof=1) if len(logits) > 1 else np.zeros(logits.shape[1])
    drawn_in = np.abs(logits.mean(axis=0) - at) / np.sqrt(1 + np.pi * spread**2 / 8)
    shown = np.asarray(expit(logits))
    return np.asarray(drawn_in), shown.std(axis=0, ddof=1) if len(shown) > 1 else np.zeros(shown.shape[1])


def confidence(
    members: NDArray[np.floating],
    *,
    threshold: float,
    slice_temperature: float,
    scan_temperature: float,
    least_margin: float,
) -> Confidence:
    """How sure a method is of a scan.

    Args:
        members: (M, slices) probability of a bleed; the first member is the method's own, the others its mirror images
            or other folds.
        threshold: probability from which a slice, and a scan with such a slice, is called bleeding.
        slice_temperature: of slices.
        scan_temperature: of the greatest logit of a scan's slices.
        least_margin: margin up to which a scan is uncertain.
    """
    of_scans = np.asarray(members, dtype=np.float64).max(axis=1)[:, None]
    (margin,), (spread,) = margins(of_scans, threshold, scan_temperature)
    return Confidence(
        slice_probability=scaled(members[0], slice_temperature),
        scan_probability=float(scaled(of_scans[0, 0], scan_temperature)),
        spread=float(spread),
        margin=float(margin),
        is_uncertain=bool(margin <= least_margin),
    )
