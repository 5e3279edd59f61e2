"""Does one method score better than another on the same subjects? Paired tests, corrected for their number (spec 0.4).

The unit is the subject who bleeds, for slices of one patient are not independent, and a healthy subject has none of
these scores (``scan``); where all methods are scored on one split, the tests are on the subjects of the leaderboard's
means. Papers 000 and 001 state two-sided paired t-tests; Wilcoxon's signed-rank test stands beside it because overlaps
are not normally distributed. Holm's correction (Holm 1979) is over the pairs of one data set, class, metric and test.
"""

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ttest_rel, wilcoxon

from bleedmap.constants import CLASSES
from bleedmap.provenance.tables import write_table
from bleedmap.scoring.subjects import subject_means

METRICS = ("dice", "rvd", "tpr", "hd", "hd95", "surface_dice", "surface_dice_area")
TESTS = ("t", "wilcoxon")
COLUMNS = (
    *("dataset", "class", "metric", "method", "against", "n", "missing", "mean_difference"),
    *(f"{test}_{kind}" for test in TESTS for kind in ("p", "holm")),
)
TESTED = ("method", "against", "n", "missing", "mean_difference", *(f"{test}_p" for test in TESTS))


def compare(scores: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Test pairs of methods on the subjects that both have scored.

    Args:
        scores: long table (see ``table``) of any number of data sets, methods and folds.
        pairs: (method, the one it is compared with), in the order of the result.

    Returns:
        Columns dataset, class, metric, method, against; n subjects with a value from both; missing ones with a value
        from one or neither; mean_difference (method less the other, in the metric's unit); t_p, wilcoxon_p two-sided;
        t_holm, wilcoxon_holm corrected. p is NaN with fewer than two subjects. Rows by data set, then class as in
        ``CLASSES``.
    """
    found = []
    groups = {(str(dataset), str(name)): part for (dataset, name), part in scores.groupby(["dataset", "class"])}
    for dataset, class_name in sorted(groups, key=lambda group: (group[0], CLASSES.index(group[1]))):
        for metric in METRICS:
            means = subject_means(groups[dataset, class_name], metric)
            table = pd.DataFrame(_tested(means, pairs), columns=list(TESTED))
            table["dataset"], table["class"], table["metric"] = dataset, class_name, metric
            for test in TESTS:
                table[f"{test}_holm"] = holm(table[f"{test}_p"].to_numpy(dtype=np.float64))
            found.append(table[list(COLUMNS)])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))


def _tested(means: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[object, ...]]:
    values = means.pivot(index="subject", columns="method", values="value")
    for method, other in pairs:
        if not {method, other} <= set(values.columns):
            continue
        pair = values[[method, other]].to_numpy(dtype=np.float64)
        complete = pair[~np.isnan(pair).any(axis=1)]
        difference = complete[:, 0] - complete[:, 1]
        mean = float(difference.mean()) if len(difference) else np.nan
        yield method, other, len(complete), len(pair) - len(complete), mean, *p_values(complete)


def p_values(pairs: NDArray[np.float64]) -> tuple[float, float]:
    """Two-sided p of the paired t-test and of Wilcoxon's signed-rank test.

    Args:
        pairs: (subjects, 2) values of two methods, none of them NaN.

    Returns:
        Both in [0, 1]; NaN with fewer than two subjects, 1 where no subject differs.
    """
    if len(pairs) < 2:
        return np.nan, np.nan
    if (pairs[:, 0] == pairs[:, 1]).all():
        return 1.0, 1.0
    with warnings.catch_warnings():
        # few or tied subjects: SciPy says that the p is an approximation
        warnings.simplefilter("ignore")
        return float(ttest_rel(pairs[:, 0], pairs[:, 1]).pvalue), float(wilcoxon(pairs[:, 0], pairs[:, 1]).pvalue)


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's step-down correction.

    Args:
        p: (tests,) in [0, 1]; NaN is no test, and does not count.

    Returns:
        (tests,) corrected p, at most 1.
    """
    corrected = np.full(len(p), np.nan)
    order = np.argsort(p)[: np.count_nonzero(~np.isnan(p))]  # NaN sort last
    factors = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(1, np.maximum.accumulate(p[order] * factors))
    return corrected


def write(comparisons: pd.DataFrame, path: Path) -> None:
    """Write the comparisons as CSV, the same bytes for the same values; NaN is an empty field."""
    write_table(comparisons, path)
