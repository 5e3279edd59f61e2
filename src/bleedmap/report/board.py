"""The leaderboard as tables to read: one a data set, class and kind of score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from bleedmap.report.spec import Row
from bleedmap.scoring.froc import RATES
from bleedmap.scoring.leaderboard import METRICS

DETECTION = ("auroc", "accuracy", "balanced_accuracy", "recall", "specificity", "precision", "f1")
KINDS = ("subject", "healthy", "slice", "pooled", "localisation", "volume", "detection", "faithfulness")
FAITHFULNESS = ("deletion", "insertion", "pointing_game", "randomisation")
VOLUMES = ("volume_true_ml", "volume_predicted_ml", "volume_error_ml", "abc2_ml", "abc2_error_ml")
AGREEMENT = ("volume_bias_ml", "volume_low_ml", "volume_high_ml", "volume_icc")
HEALTHY = ("false_positive", "false_positive_ml")
LOWER_IS_BETTER = frozenset({"rvd", "hd", "hd95", "volume_error_ml", "deletion", *HEALTHY})
# a bias is best at zero; ABC/2 is of the truth, the same in every row
NOT_A_CONTEST = frozenset(
    {*("volume_true_ml", "volume_predicted_ml", "randomisation", "abc2_ml", "abc2_error_ml"), *AGREEMENT[:3]}
)
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "dice": "Dice",
        "iou": "IoU",
        "tpr": "TPR",
        "ppv": "PPV",
        "rvd": "RVD",
        "hd": "HD, mm",
        "hd95": "HD95, mm",
        "surface_dice": "surface Dice, voxels",
        "surface_dice_area": "surface Dice, area",
        "pixel_accuracy": "PA",
        "miou": "MIoU",
        "localisation_f1": "localisation F1",
        **{f"froc_{rate:g}": f"sensitivity at {rate:g} false points a slice" for rate in RATES},
        "froc_area": "area under FROC",
        "false_positive": "with a mask, share",
        "false_positive_ml": "found, mL",
        "volume_true_ml": "true, mL",
        "volume_predicted_ml": "predicted, mL",
        "volume_error_ml": "error, mL",
        "abc2_ml": "ABC/2, mL",
        "abc2_error_ml": "its error, mL",
        "volume_bias_ml": "bias, mL",
        "volume_low_ml": "lower limit, mL",
        "volume_high_ml": "upper limit, mL",
        "volume_icc": "ICC",
        "dice_large": "Dice of large",
        "dice_background": "Dice of background",
        "dice_foreground": "Dice, mean of subtypes",
        "dice_with_background": "Dice, mean with background",
        "auroc": "AUROC",
        "model_mb": "model, MB",
        "image_seconds": "seconds an image",
        "f1": "F1",
    }
)


@dataclass(frozen=True)
class Cell:
    """One score: mean, deviation (blank where there is none), number of units, and whether it is the best."""

    mean: str
    std: str
    n: str
    best: bool


@dataclass(frozen=True)
class Table:
    """A block of the leaderboard.

    Args:
        kind: one of ``KINDS``.
        columns: (title, arrow towards the better).
        lines: (method, a cell a column; None where there is no score).
    """

    kind: str
    columns: list[tuple[str, str]]
    lines: list[tuple[Row, list[Cell | None]]]


def tables(board: pd.DataFrame, rows: Sequence[Row]) -> dict[tuple[str, str], list[Table]]:
    """All blocks of a leaderboard by (data set, class).

    Args:
        board: what ``scoring.leaderboard`` wrote.
        rows: the methods, in order.
    """
    detectors = {row.name for row in rows if row.detector}
    of = zip(board["method"].isin(detectors), board["unit"], board["metric"], strict=True)
    board = board.assign(kind=[_kind(*score) for score in of])
    return {
        (str(dataset), str(name)): list(_blocks(part, rows))
        for (dataset, name), part in board.groupby(["dataset", "class"], sort=False)
    }


def _blocks(part: pd.DataFrame, rows: Sequence[Row]) -> Iterator[Table]:
    for kind in KINDS:
        block = part[part["kind"] == kind]
        if block.empty:
            continue
        metrics = sorted(set(block["metric"]), key=lambda name: (_place(name), name))
        best = {metric: _best(block[block["metric"] == metric], metric, rows) for metric in metrics}
        cells = {(str(r.method), str(r.metric)): r for r in block.itertuples()}
        lines = []
        for row in rows:
            found = [cells.get((row.name, metric)) for metric in metrics]
            if any(found):
                marks = [row.name in best[metric] for metric in metrics]
                lines.append((row, [_cell(r, mark) if r else None for r, mark in zip(found, marks, strict=True)]))
        yield Table(kind, [(metric_title(metric), _arrow(metric)) for metric in metrics], lines)


def _kind(finds_points: bool, unit: str, metric: str) -> str:
    if metric in {*VOLUMES, *AGREEMENT}:
        return "volume"
    if metric in HEALTHY:
        return "healthy"
    if metric in DETECTION:
        return "detection"
    if metric in FAITHFULNESS:
        return "faithfulness"
    # PPV of points in boxes has no place beside that of voxels
    return "localisation" if finds_points and unit == "pooled" else unit


def _place(metric: str) -> int:
    return METRICS.index(metric) if metric in METRICS else len(METRICS)


def metric_title(metric: str) -> str:
    """A metric's name in a heading."""
    return TITLES.get(metric, metric.replace("_", " "))


def _arrow(metric: str) -> str:
    if metric in NOT_A_CONTEST or metric not in METRICS:
        return ""
    return "↓" if metric in LOWER_IS_BETTER else "↑"


def _best(scores: pd.DataFrame, metric: str, rows: Sequence[Row]) -> set[str]:
    """Methods with the best mean, as shown, among those that saw no drawn mask; nobody if all have the same."""
    weak = {row.name for row in rows if not row.supervised}
    shown = (
        scores[scores["method"].isin(weak)].dropna(subset=["mean"]).set_index("method")["mean"].round(digits(metric))
    )
    if not _arrow(metric) or shown.nunique() < 2:
        return set()
    top = shown.min() if metric in LOWER_IS_BETTER else shown.max()
    return set(shown.index[shown == top])


def digits(metric: str) -> int:
    """Decimals that a metric is shown with."""
    if metric == "parameters":
        return 0
    return 1 if metric in {"hd", "hd95", "false_positive_ml", *VOLUMES, *AGREEMENT[:3]} else 3


def _cell(score: object, best: bool) -> Cell:
    mean, std, n, missing, metric = (getattr(score, name) for name in ("mean", "std", "n", "missing", "metric"))
    units = f"{n} of {n + missing}" if missing else f"{n}"
    mean, std = ("" if np.isnan(value) else f"{value:.{digits(metric)}f}" for value in (mean, std))
    return Cell(mean=mean, std=std, n=units, best=best)
