"""Figures of the benchmarks: AUROC with its interval, sensitivity at a specificity, Dice, CPU time."""

import resource

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

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
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    drawn: list[float] = []
    while len(drawn) < RESAMPLES:
        rows = np.concatenate([members[number] for number in rng.integers(len(members), size=len(members))])
        if 0 < labels[rows].sum() < len(rows):
            drawn.append(float(roc_auc_score(labels[rows], scores[rows])))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(roc_auc_score(labels, scores)), float(low), float(high)


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
