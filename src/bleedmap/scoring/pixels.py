"""Scores that count background as a class of its own: pixel accuracy and mean IoU (spec 0.3; paper 004)."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.scoring.overlap import Counts, iou


def pixel_scores(counts: Counts, background: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """By name, float64, each of the shape of the counts.

    Where little of a picture bleeds both are high whatever is found: an empty mask has a mean IoU of almost one half.

    Args:
        counts: of hemorrhage.
        background: pixels that are background in both masks, of the same shape.

    Returns:
        pixel_accuracy, (TP + TN) / all, and miou, the mean IoU of hemorrhage and background; miou is NaN where one of
        the two is in neither mask.
    """
    right, wrong = counts.tp + background, counts.fp + counts.fn
    return {
        "pixel_accuracy": np.asarray(right / np.maximum(right + wrong, 1)),
        "miou": (iou(*counts) + iou(background, counts.fn, counts.fp)) / 2,
    }
