"""How rare a class is among labelled slices or scans."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import TrainingError


def negatives_per_positive(labels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Slices or scans without a bleed for each one with, class by class.

    Args:
        labels: (n, K), 0 or 1, NaN where unknown.

    Returns:
        (K,); 1 for a class of which there is no positive one, for then there is nothing to weigh.
    """
    positive, negative = (labels == 1).sum(axis=0), (labels == 0).sum(axis=0)
    return np.where(positive > 0, negative / np.maximum(positive, 1), 1.0)


def refuse_one_kind(labels: NDArray[np.floating], role: str, unit: str) -> None:
    """Refuse to learn from, or to choose by, bleeding slices or scans alone, or healthy ones alone.

    Args:
        labels: (n,) 0 or 1, NaN where unknown.
        role: ``training`` or ``validation``.
        unit: ``slices`` or ``scans``.

    Raises:
        TrainingError: ``empty-class``.
    """
    positive, known = int((labels == 1).sum()), int((labels >= 0).sum())
    if positive in (0, known):
        raise TrainingError(
            "empty-class",
            found=f"{positive} bleeding among {known} labelled {role} {unit}",
            expected=f"{unit} with and without a bleed",
            remedy="check the label table, add scans, or let more subjects train and validate",
        )
