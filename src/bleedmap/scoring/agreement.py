"""How well predicted volumes agree with true ones over subjects: Bland-Altman (1986) and intraclass correlation.

Both are over the subjects who have the class by truth, so that they are the same for every method and the many who have
none do not pass for agreement.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TRUE, PREDICTED = "volume_true_ml", "volume_predicted_ml"
LIMITS = 1.96  # standard deviations of the differences on each side of their mean


class Agreement(NamedTuple):
    """One measure of a method: name, value, deviation (NaN: none), subjects."""

    metric: str
    value: float
    std: float
    n: int


def agreement(pairs: NDArray[np.float64]) -> Iterator[Agreement]:
    """Bias, limits of agreement and ICC.

    Args:
        pairs: (subjects, 2) true and predicted mL, finite.

    Yields:
        volume_bias_ml, mean of predicted less true, with the deviation of the differences; volume_low_ml and
        volume_high_ml, the limits between which 95 of 100 differences lie; volume_icc. NaN with fewer than two.
    """
    n = len(pairs)
    difference = pairs[:, 1] - pairs[:, 0]
    bias = float(difference.mean()) if n else np.nan
    spread = float(difference.std(ddof=1)) if n > 1 else np.nan
    yield Agreement("volume_bias_ml", bias, spread, n)
    yield Agreement("volume_low_ml", bias - LIMITS * spread, np.nan, n)
    yield Agreement("volume_high_ml", bias + LIMITS * spread, np.nan, n)
    yield Agreement("volume_icc", icc(pairs), np.nan, n)


def icc(pairs: NDArray[np.float64]) -> float:
    """Intraclass correlation for absolute agreement of single measurements, two-way: ICC(A,1) of McGraw and Wong 1996.

    Args:
        pairs: (n, 2).

    Returns:
        At most 1; NaN with fewer than two rows, or where nothing differs.
    """
    n, raters = pairs.shape
    if n < 2:
        return np.nan
    mean, rows, columns = pairs.mean(), pairs.mean(axis=1), pairs.mean(axis=0)
    between = raters * float(np.square(rows - mean).sum()) / (n - 1)
    by_rater = n * float(np.square(columns - mean).sum()) / (raters - 1)
    rest = float(np.square(pairs - rows[:, None] - columns + mean).sum()) / ((n - 1) * (raters - 1))
    whole = between + (raters - 1) * rest + raters * (by_rater - rest) / n
    return (between - rest) / whole if whole > 0 else np.nan


def volume_pairs(means: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """True and predicted mL of the subjects that have the class, by method; the same subjects for all methods.

    Args:
        means: columns metric, method, subject, value; one row each.
    """
    values = means[means["metric"].isin((TRUE, PREDICTED))]
    wide = values.pivot(index="subject", columns=["method", "metric"], values="value")
    methods = [name for name in dict.fromkeys(wide.columns.get_level_values(0)) if wide[name].notna().any(axis=None)]
    complete = wide[methods].dropna() if methods else wide
    return {
        str(name): pairs[pairs[:, 0] > 0]
        for name in methods
        for pairs in [complete[name][[TRUE, PREDICTED]].to_numpy(dtype=np.float64)]
    }
