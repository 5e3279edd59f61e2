"""Does a detector's point lie in a bleed? Counts of boxes and points, from which the leaderboard pools (spec 3.6).

A box that holds a point is found, however many it holds; one without is missed; a point in no box is false. Sums run
over all slices of all scans, so the scores say nothing of a single slice. They are scores of localisation: their F1 is
never called Dice, and stands in no table beside one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.console import say, track
from bleedmap.provenance.tables import read_table
from bleedmap.scoring.boxes import boxes_of, judged_slices
from bleedmap.scoring.classes import ANY
from bleedmap.scoring.froc import JudgedPoints, froc
from bleedmap.scoring.table import RowLabels, Score, join, tabulate
from bleedmap.slices.refusals import REFUSED
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles
from bleedmap.volumes.ct_volume import Box, Scan
from bleedmap.volumes.scan_archive import read_scan


class JudgedScan(NamedTuple):
    """Points of one scan and class, and whose they are."""

    subject: str
    scan: str
    class_name: str
    points: JudgedPoints


def score_point_shards(
    shards: Sequence[tuple[Path, Path, Path]], roles: Roles, row: RowLabels, *, classes: Sequence[str] = (ANY,)
) -> pd.DataFrame:
    """Score the points of all shards; memory holds one scan.

    Args:
        shards: (archive of scans, slice store, points as CSV) of each shard.
        roles: as for ``score_points``.
        row: as for ``score_points``.
        classes: as for ``score_points``.

    Returns:
        What ``score_points`` gives of all of them, and the FROC of each class over all their slices: rows of unit
        ``pooled`` without subject and scan, and a ``count`` row ``froc_slices``.
    """
    judged = [
        each
        for archive, slices, points in track(shards, "scoring", unit="shards")
        for each in judge_scans(read_table(points), _test_scans(archive, slices, roles), roles, classes)
    ]
    return join([_count_rows(judged, row), *(_froc_rows(name, judged, row) for name in classes)])


def _froc_rows(name: str, judged: Sequence[JudgedScan], row: RowLabels) -> pd.DataFrame:
    own = [each.points for each in judged if each.class_name == name]
    scores = [Score("pooled", metric, value) for metric, value in froc(own).items()] if own else []
    behind = [Score("count", "froc_slices", sum(each.slices for each in own))] if own else []
    return tabulate(replace(row, class_name=name), [*scores, *behind])


def _count_rows(judged: Iterable[JudgedScan], row: RowLabels) -> pd.DataFrame:
    return join(
        tabulate(
            replace(row, subject=each.subject, scan=each.scan, class_name=each.class_name),
            [Score("count", name, number) for name, number in each.points.counts.items()],
        )
        for each in judged
    )


def _test_scans(archive: Path, slices: Path, roles: Roles) -> Iterator[Scan]:
    """Scans of test subjects alone, for reading the others would take longer than scoring."""
    with SliceStore(slices) as store:
        is_test = roles.of(store.table["subject"]) == "test"
        names = [name for name, rows in store.scans() if is_test[rows.start]]
    for name in names:
        yield read_scan(archive, name)


def score_points(
    points: pd.DataFrame, scans: Iterable[Scan], roles: Roles, row: RowLabels, *, classes: Sequence[str] = (ANY,)
) -> pd.DataFrame:
    """Score the points on every test scan whose bleeds somebody has framed or drawn.

    Args:
        points: columns scan, slice, row, column, class, score; rows and columns are pixels of the scan, 0 is the
            middle of the first. A scan with a row of class ``refused`` is not scored.
        scans: one at a time; scans that are not of test subjects take no part.
        roles: of the fold.
        row: data set, method and fold.
        classes: classes that the detector looks for.

    Returns:
        Long table (see ``table``): ``count`` rows box_tp, box_fn and point_fp of each scan and class.
    """
    return _count_rows(judge_scans(points, scans, roles, classes), row)


def judge_scans(
    points: pd.DataFrame, scans: Iterable[Scan], roles: Roles, classes: Sequence[str]
) -> Iterator[JudgedScan]:
    """Tell the points of test scans right or wrong, class by class; arguments as for ``score_points``."""
    for scan in scans:
        if roles.of([scan.subject])[0] == "test":
            own = points[points["scan"] == scan.id]
            if (own["class"] == REFUSED).any():
                say(f"{scan.id}: not scored, for an earlier stage refused it")
                continue
            for name in classes:
                if (boxes := boxes_of(scan, name)) is not None:
                    judged = judge(own[own["class"] == name], boxes, judged_slices(scan))
                    yield JudgedScan(scan.subject, scan.id, name, judged)


def judge(points: pd.DataFrame, boxes: Sequence[Box], judged: NDArray[np.bool_]) -> JudgedPoints:
    """Tell the points of one scan and class right or wrong.

    Args:
        points: columns slice, row, column and score, in the scan's own slices and pixels.
        boxes: of the class.
        judged: (slices,) bool, where a point can be told right or wrong; the others take no part.
    """
    points = points[judged[points["slice"].to_numpy(dtype=int)]]
    inside = points_in_boxes(points, boxes)
    scores = points["score"].to_numpy(dtype=np.float64)
    best = np.where(inside, scores[:, None], -np.inf).max(axis=0, initial=-np.inf)
    return JudgedPoints(best, scores[~inside.any(axis=1)], int(np.count_nonzero(judged)))


def points_in_boxes(points: pd.DataFrame, boxes: Sequence[Box]) -> NDArray[np.bool_]:
    """(points, boxes) whether the middle of the point's pixel lies in the box; its edges belong to it.

    Args:
        points: columns slice, row, column.
        boxes: measured from the corner of the first pixel, half a pixel before its middle.
    """
    place, row, column = (points[name].to_numpy(dtype=np.float64)[:, None] for name in ("slice", "row", "column"))
    where, top, left, height, width = (
        np.array([(box.slice, box.top, box.left, box.height, box.width) for box in boxes], dtype=np.float64)
        .reshape(-1, 5)
        .T
    )
    down, across = row + 0.5 - top, column + 0.5 - left
    return np.asarray((place == where) & (down >= 0) & (down <= height) & (across >= 0) & (across <= width))
