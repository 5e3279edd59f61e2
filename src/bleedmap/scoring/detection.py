"""Scores of a slice classifier: does this slice show a bleed? AUROC is taken from the continuous scores (spec 1.9)."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, roc_curve

from bleedmap.errors import TableError
from bleedmap.scoring.overlap import dice, ppv, tpr
from bleedmap.scoring.table import RowLabels, Score, tabulate


def detection(scores: NDArray[np.floating], labels: NDArray[np.integer], threshold: float) -> dict[str, float]:
    """Detection metrics at one threshold, all in [0, 1].

    Args:
        scores: (n,) float, higher means more likely a bleed.
        labels: (n,) 1 bleed, 0 none, negative where unknown (left out).
        threshold: a score at or above it is a positive.

    Returns:
        accuracy, precision, recall, specificity, f1 and auroc. NaN where a denominator is empty, and for auroc with
        one class only; precision is 0 if there are bleeds and none was called.
    """
    scores, labels = _known(scores, labels)
    called, real = scores >= threshold, labels > 0
    tp, fp, fn, tn = (np.count_nonzero(n) for n in (called & real, called & ~real, ~called & real, ~called & ~real))
    both = 0 < np.count_nonzero(real) < real.size
    return {
        "accuracy": (tp + tn) / real.size if real.size else np.nan,
        "precision": float(ppv(tp, fp, fn)),
        "recall": float(tpr(tp, fp, fn)),
        # the recall of the other class
        "specificity": float(tpr(tn, fn, fp)),
        "f1": float(dice(tp, fp, fn)),
        "auroc": float(roc_auc_score(real, scores)) if both else np.nan,
    }


def youden(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The score with the highest recall + specificity - 1, taken as threshold (Youden 1950); of several, the highest.

    Args:
        scores: as for ``detection``; of tuning subjects, never of test subjects.
        labels: as for ``detection``.
    """
    scores, labels = _known(scores, labels)
    if not 0 < np.count_nonzero(labels) < labels.size:
        raise TableError(
            code="one-class",
            found=f"{labels.size} labelled slices of one class only",
            expected="slices with and without a bleed to tune a threshold on",
            remedy="give more tuning subjects",
        )
    false_rate, true_rate, thresholds = roc_curve(labels > 0, scores, drop_intermediate=False)
    # the first threshold is infinite: it calls nothing a bleed
    return float(thresholds[1:][np.argmax((true_rate - false_rate)[1:])])


def detection_rows(
    scores: NDArray[np.floating], labels: NDArray[np.integer], threshold: float, row_labels: RowLabels
) -> pd.DataFrame:
    """Detection metrics of one fold's classifier on all its test slices, as rows of the long table.

    Args:
        scores: as for ``detection``, all slices of the fold.
        labels: as for ``detection``.
        threshold: as for ``detection``.
        row_labels: data set, method and fold; subject and scan stay blank.

    Returns:
        Unit ``slice`` without a slice index, and a ``count`` row ``detection_slices``.
    """
    metrics = [Score("slice", name, value) for name, value in detection(scores, labels, threshold).items()]
    known = int(np.count_nonzero(np.asarray(labels) >= 0))
    return tabulate(row_labels, [*metrics, Score("count", "detection_slices", known)])


def _known(
    scores: NDArray[np.floating], labels: NDArray[np.integer]
) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    scores, labels = np.asarray(scores), np.asarray(labels)
    if scores.shape != labels.shape or scores.ndim != 1 or not np.isfinite(scores).all():
        raise TableError(
            code="slice-scores",
            found=f"scores of shape {scores.shape} for labels of shape {labels.shape}, or scores that are not finite",
            expected="one finite score for each label",
            remedy="look at the classifier's training history for a collapse",
        )
    return scores[labels >= 0], labels[labels >= 0]
