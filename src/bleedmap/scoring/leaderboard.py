"""The leaderboard: for every method, metric and unit one mean, one deviation, and the number of units behind them.

- ``slice``: mean over slices; ``subject``: mean over subjects, a subject's scans averaged first. A unit that several
  folds have scored (an external test set) is averaged over them first, and counts once.
- ``pooled``: one value over all voxels of all folds, or for a detector over all its points and all boxes; its
  deviation is that of the folds' own pooled values.
- detection metrics: mean over the folds' values, for scores of different networks share no scale.

A deviation is that of a sample (n - 1), NaN for one value. ``n`` counts the units (slices, subjects; for detection the
labelled slices; for pooled the subjects), ``missing`` those that were left out because their value is NaN.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from bleedmap.constants import CLASSES
from bleedmap.errors import TableError
from bleedmap.provenance.atomic import write_text
from bleedmap.scoring.pooled import pooled_localisation, pooled_scores
from bleedmap.scoring.table import COLUMNS, DISTANCE

BOARD_COLUMNS = ("dataset", "method", "class", "unit", "metric", "mean", "std", "n", "missing")
UNITS = ("slice", "subject", "pooled")
METRICS = (
    *("dice", "iou", "tpr", "ppv", "rvd", "hd", "hd95", "surface_dice"),
    *("sensitivity", "localisation_f1"),
    *("volume_true_ml", "volume_predicted_ml", "volume_error_ml"),
    *("deletion", "insertion", "pointing_game", "randomisation"),
    *("auroc", "accuracy", "recall", "specificity", "precision", "f1"),
)
GROUP = ["dataset", "method", "class"]
# what is pooled, and the count that every subject behind it has
POOLED = ((pooled_scores, "tp"), (pooled_localisation, "box_tp"))


class Row(NamedTuple):
    """One row of a leaderboard, of a data set, method and class."""

    unit: str
    metric: str
    mean: float
    std: float
    n: int
    missing: int


def leaderboard(scores: pd.DataFrame, methods: Sequence[str] | None = None) -> pd.DataFrame:
    """Aggregate a long table.

    Args:
        scores: long table (see ``table``) of any number of data sets, methods and folds.
        methods: order of the methods; None: alphabetical.

    Returns:
        Columns dataset, method, class, unit, metric, mean, std (of the metric's own unit), n, missing. Rows by data
        set, then method in the given order, class as in ``CLASSES``, unit and metric, whatever the order of the rows
        given.
    """
    _check(scores)
    order = _method_order(scores, methods)
    rows: list[tuple[str, str, str, Row]] = []
    # sums of floats depend on their order, so rows are brought into one
    for _, table in scores.sort_values(list(COLUMNS), ignore_index=True).groupby(GROUP):
        dataset, method, class_name = (str(table[name].iloc[0]) for name in GROUP)
        by_fold = (table["unit"] == "slice") & table["slice"].isna()
        counts = table[table["unit"] == "count"]
        found = [
            *_mask_rows(table[(table["unit"] != "count") & ~by_fold]),
            *_detection_rows(table[by_fold], counts),
            *_pooled_rows(counts),
        ]
        rows += [(dataset, method, class_name, row) for row in found]
    rows.sort(key=lambda row: (row[0], order.index(row[1]), CLASSES.index(row[2]), _place(row[3])))
    flat = [(*group, *row) for *group, row in rows]
    return pd.DataFrame(flat, columns=list(BOARD_COLUMNS)).astype({"n": "int64", "missing": "int64"})


def write(board: pd.DataFrame, path: Path) -> None:
    """Write a leaderboard as CSV, the same bytes for the same values; NaN is an empty field."""
    write_text(path, board.to_csv(columns=list(BOARD_COLUMNS), index=False, float_format="%.6g", lineterminator="\n"))


def _mask_rows(table: pd.DataFrame) -> Iterator[Row]:
    is_subject = table["unit"] == "subject"
    # a subject's scans are one unit, a scan's slices are many
    table = table.assign(scan=table["scan"].mask(is_subject, ""))
    means = table.groupby(["unit", "metric", "subject", "scan", "slice"], dropna=False)["value"].mean().reset_index()
    for _, units in means.groupby(["unit", "metric"]):
        first, values = units.iloc[0], units["value"]
        n = int(values.count())
        yield Row(first["unit"], first["metric"], values.mean(), values.std(), n, len(values) - n)


def _detection_rows(table: pd.DataFrame, counts: pd.DataFrame) -> Iterator[Row]:
    slices = counts[counts["metric"] == "detection_slices"].set_index("fold")["value"]
    for metric, rows in table.groupby("metric"):
        behind = rows["fold"].map(slices).fillna(0)
        n, missing = (int(behind[here].sum()) for here in (rows["value"].notna(), rows["value"].isna()))
        yield Row("slice", str(metric), rows["value"].mean(), rows["value"].std(), n, missing)


def _pooled_rows(counts: pd.DataFrame) -> Iterator[Row]:
    for pool, counted in POOLED:
        subjects = counts.loc[counts["metric"] == counted, "subject"].nunique()
        folds = pd.DataFrame([pool(rows) for _, rows in counts.groupby("fold")])
        for metric, value in pool(counts).items():
            n = 0 if np.isnan(value) else subjects
            yield Row("pooled", metric, value, folds[metric].std(), n, subjects - n)


def _place(row: Row) -> tuple[int, int, str]:
    return UNITS.index(row.unit), METRICS.index(row.metric) if row.metric in METRICS else len(METRICS), row.metric


def _method_order(scores: pd.DataFrame, methods: Sequence[str] | None) -> list[str]:
    there = sorted(scores["method"].unique())
    if methods is None:
        return there
    if unknown := sorted(set(there) - set(methods)):
        raise TableError(
            code="unknown-method",
            found=f"scores of {', '.join(unknown)}",
            expected=f"methods among {', '.join(methods)}",
            remedy="name them in the config, or remove their score files",
        )
    return list(methods)


def _check(scores: pd.DataFrame) -> None:
    if missing := [name for name in COLUMNS if name not in scores]:
        raise TableError(
            code="score-table",
            found=f"a table of scores without {', '.join(missing)}",
            expected=f"the columns {', '.join(COLUMNS)}",
            remedy="run the scoring again",
        )
    # distances summed over a shard's scans have no scan of their own, so several shards may repeat a row
    values = scores[~scores["metric"].str.startswith(DISTANCE)]
    if twice := int(values.duplicated([name for name in COLUMNS if name != "value"]).sum()):
        raise TableError(
            code="scored-twice",
            found=f"{twice} scores that are there twice",
            expected="one score for each scan, fold and metric",
            remedy="give every score file once",
        )
