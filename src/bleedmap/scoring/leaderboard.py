"""The leaderboard: for every method, metric and unit one mean, one deviation, and the number of units behind them.

- ``slice``: mean over slices; ``subject``: mean over subjects, a subject's scans averaged first. A unit that several
  folds have scored (an external test set) is averaged over them first, and counts once.
- ``pooled``: one value over all voxels of all folds, or for a detector over all its points and all boxes; its
  deviation is that of the folds' own pooled values.
- where subtypes are scored: means of their pooled Dice, with and without background, and the agreement of volumes;
- detection metrics and FROC: mean over the folds' values, for scores of different networks share no scale; of the
  slices that each method was scored on.

All methods of a data set and class have their means over the same units, so ``n`` is the same in every row. Dice and
its kin are of slices and scans with true hemorrhage (``scan``), where a method that finds nothing scores 0 and a
penalty in mm; false positives are of scans without. Methods scored on other splits of the data set share those units
that all have a value of; a mean over others is nobody's to compare, and is not made. Pooled HD95 is left out there, for
distances are kept by fold.

A deviation is that of a sample (n - 1), NaN for one value. ``n`` counts the units (slices, subjects; for detection the
labelled slices; for pooled the subjects), ``missing`` those of the method that were left out: without a value, or
without one of another method.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from bleedmap.constants import CLASSES, SUBTYPES
from bleedmap.errors import TableError
from bleedmap.provenance.atomic import write_text
from bleedmap.scoring.agreement import TRUE, agreement, volume_pairs
from bleedmap.scoring.froc import METRICS as FROC
from bleedmap.scoring.pooled import pooled_localisation, pooled_scores
from bleedmap.scoring.subjects import on_shared_units
from bleedmap.scoring.table import COLUMNS, DISTANCE

BOARD_COLUMNS = ("dataset", "method", "class", "unit", "metric", "mean", "std", "n", "missing")
UNITS = ("slice", "subject", "pooled")
METRICS = (
    *("dice", "iou", "tpr", "ppv", "rvd", "hd", "hd95", "surface_dice", "surface_dice_area"),
    *("pixel_accuracy", "miou"),
    *("false_positive", "false_positive_ml"),
    *("sensitivity", "localisation_f1", *FROC),
    *("dice_large", "dice_background", "dice_foreground", "dice_with_background"),
    *("volume_true_ml", "volume_predicted_ml", "volume_error_ml", "abc2_ml", "abc2_error_ml"),
    *("volume_bias_ml", "volume_low_ml", "volume_high_ml", "volume_icc"),
    *("deletion", "insertion", "pointing_game", "randomisation"),
    *("auroc", "accuracy", "balanced_accuracy", "recall", "specificity", "precision", "f1"),
)
GROUP = ["dataset", "class"]
UNIT = ["subject", "scan", "slice"]
# what is pooled, and the count that every subject behind it has
POOLED = ((pooled_scores, "tp"), (pooled_localisation, "box_tp"))


class Row(NamedTuple):
    """One row of a leaderboard, of a data set and class."""

    method: str
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
    rows: list[tuple[str, str, Row]] = []
    # sums of floats depend on their order, so rows are brought into one
    for _, table in scores.sort_values(list(COLUMNS), ignore_index=True).groupby(GROUP):
        dataset, class_name = (str(table[name].iloc[0]) for name in GROUP)
        by_fold = table["unit"].isin(["slice", "pooled"]) & table["slice"].isna()
        counts = table[table["unit"] == "count"]
        found = [
            *_mask_rows(table[(table["unit"] != "count") & ~by_fold]),
            *_fold_rows(table[by_fold & (table["unit"] == "slice")], counts, "detection_slices"),
            *_fold_rows(table[by_fold & (table["unit"] == "pooled")], counts, "froc_slices"),
            *_pooled_rows(counts),
            *_agreement_rows(table[table["unit"] == "subject"]),
        ]
        rows += [(dataset, class_name, row) for row in found]
    rows += list(_class_means(rows))
    rows.sort(key=lambda row: (row[0], order.index(row[2].method), CLASSES.index(row[1]), _place(row[2])))
    flat = [(dataset, row.method, class_name, *row[1:]) for dataset, class_name, row in rows]
    return pd.DataFrame(flat, columns=list(BOARD_COLUMNS)).astype({"n": "int64", "missing": "int64"})


def write(board: pd.DataFrame, path: Path) -> None:
    """Write a leaderboard as CSV, the same bytes for the same values; NaN is an empty field."""
    write_text(path, board.to_csv(columns=list(BOARD_COLUMNS), index=False, float_format="%.6g", lineterminator="\n"))


def _mask_rows(table: pd.DataFrame) -> Iterator[Row]:
    is_subject = table["unit"] == "subject"
    # a subject's scans are one unit, a scan's slices are many
    table = table.assign(scan=table["scan"].mask(is_subject, ""), slice=table["slice"].fillna(-1))
    means = table.groupby(["unit", "metric", *UNIT, "method"])["value"].mean().reset_index()
    for _, units in means.groupby(["unit", "metric"]):
        first = units.iloc[0]
        shared = on_shared_units(units.pivot(index=UNIT, columns="method", values="value"))
        for method, own in units.groupby("method"):
            values = shared[method] if method in shared else pd.Series(dtype="float64")
            n = len(values)
            yield Row(str(method), first["unit"], first["metric"], values.mean(), values.std(), n, len(own) - n)


def _fold_rows(table: pd.DataFrame, counts: pd.DataFrame, counted: str) -> Iterator[Row]:
    """Scores that each fold has one of; ``counted`` are the slices behind them."""
    slices = counts[counts["metric"] == counted].set_index(["method", "fold"])["value"]
    for (method, metric), rows in table.groupby(["method", "metric"]):
        behind = slices.reindex(pd.MultiIndex.from_frame(rows[["method", "fold"]])).fillna(0).to_numpy()
        n, missing = (int(behind[here].sum()) for here in (rows["value"].notna(), rows["value"].isna()))
        unit = str(rows["unit"].iloc[0])
        yield Row(str(method), unit, str(metric), rows["value"].mean(), rows["value"].std(), n, missing)


def _pooled_rows(counts: pd.DataFrame) -> Iterator[Row]:
    for pool, counted in POOLED:
        by_method = counts[counts["metric"] == counted].groupby("method")
        scans = {str(method): _pairs(rows).unique() for method, rows in by_method}
        if not scans:
            continue
        shared = reduce(pd.MultiIndex.intersection, scans.values())
        n = shared.get_level_values("subject").nunique()
        for method, own in scans.items():
            rows = counts[counts["method"] == method]
            kept = rows if len(own) == len(shared) else rows[_pairs(rows).isin(shared)]
            whole, folds = pool(kept), [pool(part) for _, part in kept.groupby("fold")]
            subjects = own.get_level_values("subject").nunique()
            for metric in pool(rows):
                value = whole.get(metric, np.nan)
                deviation = pd.Series([fold[metric] for fold in folds], dtype="float64").std()
                behind = 0 if np.isnan(value) else n
                yield Row(method, "pooled", metric, value, deviation, behind, subjects - behind)


def _agreement_rows(table: pd.DataFrame) -> Iterator[Row]:
    """Agreement of volumes, where subtypes are scored and ABC/2 stands beside them."""
    if not (table["metric"] == "abc2_ml").any():
        return
    means = table.groupby(["metric", "method", "subject"])["value"].mean().reset_index()
    bleeding = means[(means["metric"] == TRUE) & (means["value"] > 0)].groupby("method").size()
    for method, pairs in volume_pairs(means).items():
        for metric, value, std, n in agreement(pairs):
            yield Row(method, "subject", metric, value, std, n, int(bleeding.get(method, 0)) - n)


def _class_means(rows: Sequence[tuple[str, str, Row]]) -> Iterator[tuple[str, str, Row]]:
    """Mean of the subtypes' pooled Dice, and of these and background, which is high whatever is found (spec 4.9)."""
    pooled = {(dataset, row.method, name, row.metric): row for dataset, name, row in rows if row.unit == "pooled"}
    for (dataset, method, name, metric), ground in pooled.items():
        if (name, metric) != (CLASSES[0], "dice_background"):
            continue
        each = [pooled.get((dataset, method, subtype, "dice")) for subtype in SUBTYPES]
        values = [row.mean for row in each if row is not None and not np.isnan(row.mean)]
        for title, added in (("dice_foreground", []), ("dice_with_background", [ground.mean])):
            mean = float(np.mean(values + added)) if values else np.nan
            yield dataset, name, Row(method, "pooled", title, mean, np.nan, ground.n, ground.missing)


def _pairs(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["subject", "scan"]])


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
