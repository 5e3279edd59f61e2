"""How rare a class is among labelled slices."""

import numpy as np
from numpy.typing import NDArray


def negatives_per_positive(labels: NDArray[np.floating]) -> NDArray[np.float64]:
    """Slices without a bleed for each one with, class by class.

    Args:
        labels: (n, K), 0 or 1, NaN where unknown.

    Returns:
        (K,); 1 for a class of which there is no positive slice, for then there is nothing to weigh.
    """
    positive, negative = (labels == 1).sum(axis=0), (labels == 0).sum(axis=0)
    return np.where(positive > 0, negative / np.maximum(positive, 1), 1.0)
