"""Scores of all voxels of many scans at once, from counts that add up.

Pooled Dice, IoU, TPR, PPV and RVD are those of the summed voxel counts, false positives of healthy scans among them.
Pooled surface Dice is the sum of near surface voxels (or mm2) over the sum of all. Pooled HD95 is the larger of the two
directions' 95th percentiles over the distances of all scans, penalties for empty masks among them; distances are kept
to 0.1 mm, so it is within 0.05 mm of exact. Dice of background is that of the voxels
where nothing is, where subtypes are scored. Pooled scores of localisation are those of the summed counts of boxes and
points. Where nothing is drawn or framed in any of the scans, nothing could be found, and all of them are NaN.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.scoring.overlap import Counts, dice, overlap_from_counts, ppv, tpr
from bleedmap.scoring.pixels import pixel_scores
from bleedmap.scoring.surface_scores import FORMS, SurfaceScores
from bleedmap.scoring.table import DISTANCE, Score

DIRECTIONS = ("truth", "prediction")


def count_scores(counts: Counts, known: int, surfaces: SurfaceScores | None) -> Iterator[Score]:
    """The ``count`` rows of one scan with so many known voxels; those of surfaces where there are mm."""
    for name, number in counts._asdict().items():
        yield Score("count", name, float(number))
    yield Score("count", "tn", float(known - counts.tp - counts.fp - counts.fn))
    if surfaces is None:
        return
    near, whole = surfaces.form.counts
    yield Score("count", near, surfaces.near)
    yield Score("count", whole, surfaces.whole)
    for direction, measured in zip(DIRECTIONS, (surfaces.voxels.to_truth, surfaces.voxels.to_prediction), strict=True):
        # whole tenths of a mm, so that equal distances of different scans have equal names
        tenths, voxels = np.unique(np.rint(measured * 10).astype(np.int64), return_counts=True)
        for tenth, number in zip(tenths, voxels, strict=True):
            yield Score("count", f"{DISTANCE}{direction}:{tenth / 10:.1f}", int(number))


def pooled_scores(rows: pd.DataFrame) -> dict[str, float]:
    """Pooled metrics of the scans whose ``count`` rows are given; empty without any.

    Args:
        rows: ``count`` rows of a long table, of one data set, method and class.
    """
    sums = rows.groupby("metric", sort=True)["value"].sum()
    if not {"tp", "fp", "fn"} <= set(sums.index):
        return {}
    counts = Counts(*(np.asarray(sums[name], dtype=np.float64) for name in Counts._fields))
    values = overlap_from_counts(counts)
    if "tn" in sums.index:
        values |= pixel_scores(counts, np.asarray(sums["tn"], dtype=np.float64))
    scores = {name: float(value) for name, value in values.items()}
    if "voxels" in sums.index:
        scores["dice_background"] = float(dice(sums["voxels"] - sums["tp"] - sums["fp"] - sums["fn"], *counts[1:]))
    for form in FORMS.values():
        near, whole = form.counts
        if whole in sums.index:
            scores["hd95"] = max((d for way in DIRECTIONS for d in _hd95_one_way(sums, way)), default=np.nan)
            scores[form.metric] = float(sums[near]) / float(sums[whole]) if sums[whole] else np.nan
    return scores if counts.tp + counts.fn > 0 else dict.fromkeys(scores, np.nan)


def pooled_localisation(rows: pd.DataFrame) -> dict[str, float]:
    """Pooled metrics of the scans whose boxes and points were counted; empty without any.

    Args:
        rows: ``count`` rows of a long table, of one data set, method and class.

    Returns:
        ppv, found boxes among found boxes and false points; sensitivity, found boxes among all; localisation_f1, the
        harmonic mean of both. NaN without boxes.
    """
    sums = rows.groupby("metric", sort=True)["value"].sum()
    names = ("box_tp", "point_fp", "box_fn")
    if not set(names) <= set(sums.index):
        return {}
    tp, fp, fn = (float(sums[name]) for name in names)
    if tp + fn == 0:
        return dict.fromkeys(("ppv", "sensitivity", "localisation_f1"), np.nan)
    return {
        "ppv": float(ppv(tp, fp, fn)),
        "sensitivity": float(tpr(tp, fp, fn)),
        "localisation_f1": float(dice(tp, fp, fn)),
    }


def percentile_of_counts(values: NDArray[np.float64], counts: NDArray[np.int64], percentile: float) -> float:
    """``numpy.percentile`` of values that each occur several times, without writing them out.

    Args:
        values: (n,) float64, any order.
        counts: (n,) how often each occurs, at least one in all.
        percentile: in [0, 100].
    """
    order = np.argsort(values)
    last = np.cumsum(counts[order]) - 1
    rank = percentile / 100 * last[-1]
    below, above = values[order][np.searchsorted(last, [np.floor(rank), np.ceil(rank)])]
    return float(below + (above - below) * (rank - np.floor(rank)))


def _hd95_one_way(sums: pd.Series, direction: str) -> list[float]:
    """One number, or none if no mask has a surface to measure from."""
    prefix = f"{DISTANCE}{direction}:"
    found = sums[sums.index.str.startswith(prefix) & (sums > 0)]
    if found.empty:
        return []
    values = found.index.str.removeprefix(prefix).to_numpy(dtype=np.float64)
    return [percentile_of_counts(values, found.to_numpy(dtype=np.int64), 95)]
