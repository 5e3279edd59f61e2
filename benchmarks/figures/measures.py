"""Figures of the benchmarks: AUROC with its interval, sensitivity at a specificity, Dice, CPU time."""

import resource

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

RESAMPLES = 2000


def auroc_interval(
    scores: NDArray[np.floating], labels: NDArray[np.integer], groups: NDArray[np.generic]
) -> tuple[float, float, float]:
    """AUROC and its 95 % bootstrap interval.

    Args:
        scores: (n,) higher means more likely a bleed.
        labels: (n,) 0 or 1.
        groups: (n,) what is drawn as a whole, with replacement: subjects, or slices that look alike.

    Returns:
        AUROC, and the bounds; NaN where there is one class only.
    """
    if np.ptp(labels) == 0:
        return np.nan, np.nan, np.nan
    rng = np.random.default_rng(0)
    names, group = np.unique(groups, return_inverse=True)
    _, place = np.unique(scores, return_inverse=True)
    drawn: list[float] = []
    while len(drawn) < RESAMPLES:
        times = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names))[group]
        if 0 < times[labels == 1].sum() < times.sum():
            drawn.append(_auroc(place, labels, times))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return _auroc(place, labels, np.ones_like(place)), float(low), float(high)


def _auroc(place: NDArray[np.integer], labels: NDArray[np.integer], times: NDArray[np.integer]) -> float:
    """AUROC of slices that count several times: share of pairs in the right order, half of those with equal scores.

    Args:
        place: (n,) number of each slice's score among the scores that occur, from the lowest.
        labels: (n,) 0 or 1.
        times: (n,) how often each slice counts.
    """
    bleeds, healthy = (np.bincount(place, weights=times * (labels == label)) for label in (1, 0))
    below = healthy.cumsum() - healthy / 2
    return float(bleeds @ below / (bleeds.sum() * healthy.sum()))


def sensitivity_at(scores: NDArray[np.floating], labels: NDArray[np.integer], specificity: float) -> float:
    """Best sensitivity among the points of the ROC curve with at least a specificity."""
    false_rate, true_rate, _ = roc_curve(labels, scores, drop_intermediate=False)
    return float(true_rate[false_rate <= 1 - specificity + 1e-9].max())


def dice(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Dice of two masks; 1 if both are empty."""
    total = int(found.sum()) + int(truth.sum())
    return 2 * int((found & truth).sum()) / total if total else 1.0


def cpu_minutes() -> float:
    """CPU minutes of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used) / 60
