"""Scores of a slice classifier: does this slice show a bleed? AUROC is taken from the continuous scores (spec 1.9).

Its operating points are chosen on validation slices, in ``classifiers.operating_point``; here they are only applied.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from bleedmap.errors import TableError
from bleedmap.scoring.overlap import dice, ppv, tpr
from bleedmap.scoring.table import RowLabels, Score, tabulate


def detection(scores: NDArray[np.floating], labels: NDArray[np.integer], threshold: float | None) -> dict[str, float]:
    """Detection metrics at one threshold, all in [0, 1].

    Args:
        scores: (n,) float, higher means more likely a bleed.
        labels: (n,) 1 bleed, 0 none, negative where unknown (left out).
        threshold: a score at or above it is a positive; None where nobody could choose one.

    Returns:
        auroc, and with a threshold accuracy, balanced_accuracy, precision, recall, specificity and f1. Balanced
        accuracy is the mean of recall and specificity; papers that hand called labels to an AUROC print it under that
        name (spec 1.9). NaN where a denominator is empty, and for auroc with one class only; precision is 0 if there
        are bleeds and none was called.
    """
    scores, labels = _known(scores, labels)
    real = labels > 0
    both = 0 < np.count_nonzero(real) < real.size
    auroc = {"auroc": float(roc_auc_score(real, scores)) if both else np.nan}
    if threshold is None:
        return auroc
    called = scores >= threshold
    tp, fp, fn, tn = (np.count_nonzero(n) for n in (called & real, called & ~real, ~called & real, ~called & ~real))
    recall, specificity = float(tpr(tp, fp, fn)), float(tpr(tn, fn, fp))
    return {
        "accuracy": (tp + tn) / real.size if real.size else np.nan,
        "balanced_accuracy": (recall + specificity) / 2,
        "precision": float(ppv(tp, fp, fn)),
        "recall": recall,
        "specificity": specificity,
        "f1": float(dice(tp, fp, fn)),
        **auroc,
    }


def detection_rows(
    scores: NDArray[np.floating], labels: NDArray[np.integer], threshold: float | None, row_labels: RowLabels
) -> pd.DataFrame:
    """Detection metrics of one fold's classifier on all its test slices, as rows of the long table.

    Args:
        scores: as for ``detection``, all slices of the fold.
        labels: as for ``detection``.
        threshold: as for ``detection``.
        row_labels: data set, method, fold and class; subject and scan stay blank.

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
