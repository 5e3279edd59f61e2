"""Paired tests between methods as a table to read: one line a pair, one column a metric."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bleedmap.report.board import digits, metric_title

CLEAR = 0.05


@dataclass(frozen=True)
class Difference:
    """One pair and metric: mean difference, corrected p of both tests, number of subjects, whether both are clear."""

    difference: str
    p: str
    n: str
    clear: bool


@dataclass(frozen=True)
class Comparisons:
    """A table.

    Args:
        columns: titles of the metrics.
        lines: (method, the one it is compared with, a cell a column; None where there is no test).
    """

    columns: list[str]
    lines: list[tuple[str, str, list[Difference | None]]]


def lay_out(comparisons: pd.DataFrame) -> Comparisons:
    """The table of one data set and class.

    Args:
        comparisons: its rows of what ``scoring.compare`` wrote.
    """
    metrics = list(dict.fromkeys(comparisons["metric"]))
    cells = {(row.method, row.against, row.metric): _cell(row) for row in comparisons.itertuples()}
    pairs = dict.fromkeys((str(row.method), str(row.against)) for row in comparisons.itertuples())
    lines = [(*pair, [cells.get((*pair, metric)) for metric in metrics]) for pair in pairs]
    return Comparisons([metric_title(metric) for metric in metrics], lines)


def _cell(row: object) -> Difference:
    metric, mean, n, missing = (getattr(row, name) for name in ("metric", "mean_difference", "n", "missing"))
    tests = [getattr(row, name) for name in ("t_holm", "wilcoxon_holm")]
    known = not np.isnan(tests).any()
    return Difference(
        difference="–" if np.isnan(mean) else f"{mean:+.{digits(metric)}f}",
        p=" / ".join(_p(value) for value in tests) if known else "",
        n=f"{n} of {n + missing}" if missing else f"{n}",
        clear=known and max(tests) < CLEAR,
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
