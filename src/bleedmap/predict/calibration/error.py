"""How far probabilities are from what they promise."""

import numpy as np
from numpy.typing import NDArray

BINS = 15  # as Guo 2017


def expected_calibration_error(probability: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Mean distance of a bin's mean probability from its share of positives, weighed by what is in it (Naeini 2015).

    For two classes, of the probability of the positive one, in 15 bins of equal width.

    Args:
        probability: (n,) in [0, 1].
        truth: (n,) whether each is positive.
    """
    bins = np.minimum((np.asarray(probability) * BINS).astype(np.int64), BINS - 1)
    promised, kept = (np.bincount(bins, weights=each, minlength=BINS) for each in (probability, truth))
    return float(np.abs(promised - kept).sum() / len(bins))
