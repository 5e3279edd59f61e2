"""Scores of one method on a data set's test scans, on each scan's own voxels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.config.scoring import ScoringSpec
from bleedmap.console import track
from bleedmap.scoring.detection import detection_rows
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.table import RowLabels, join
from bleedmap.slices.box import Box
from bleedmap.slices.store import SliceStore, Store
from bleedmap.training.roles import roles
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.scan_archive import read_scan


def score_shards(
    shards: Sequence[tuple[Path, Path, Path]],
    folds: pd.DataFrame,
    count: int,
    row: RowLabels,
    spec: ScoringSpec,
) -> pd.DataFrame:
    """Score every test scan that has voxel truth; memory holds one scan.

    Args:
        shards: (archive of scans, slice store, prediction store) of each shard.
        folds: table of subjects and parts of the data set that was trained on.
        count: number of parts.
        row: data set, method and fold.
        spec: how to score.

    Returns:
        The long table of ``scoring.table``.
    """
    tables = []
    for archive, slices, predictions in track(shards, "scoring", unit="shards"):
        with SliceStore(slices) as store, Store(predictions) as predicted:
            is_test = (roles(store.table, folds, row.fold, count) == "test").to_numpy()
            has_truth = store.table["has_truth"].to_numpy()
            for name, rows in store.scans():
                if not is_test[rows.start] or not has_truth[rows].any():
                    continue
                scan = read_scan(archive, name)
                mask = on_own_voxels(predicted.rows("labels", rows), Box(**store.boxes[name]), scan)
                labels = RowLabels(row.dataset, row.method, row.fold, scan.subject, name)
                tables.append(_score(scan, mask, labels, spec))
    return join(tables)


def score_detection(scores: pd.DataFrame, point: OperatingPoint, row: RowLabels) -> pd.DataFrame:
    """Detection scores of the classifier behind a method, on labelled test slices.

    Args:
        scores: columns role, label, score (``classifiers.score_slices``).
        point: the operating point chosen on validation slices.
        row: data set, method and fold.
    """
    test = scores[(scores["role"] == "test") & (scores["label"] >= 0)]
    return detection_rows(test["score"].to_numpy(), test["label"].to_numpy(), point.threshold, row)


def on_own_voxels(mask: NDArray[np.uint8], box: Box, scan: Scan) -> NDArray[np.bool_]:
    """A mask on the working grid, brought to the scan's own rows and columns."""
    return box.put_back(mask > 0, *scan.volume.hu.shape[1:]) >= 0.5


def _score(scan: Scan, mask: NDArray[np.bool_], labels: RowLabels, spec: ScoringSpec) -> pd.DataFrame:
    truth = scan.truth
    assert truth is not None, "only scans with truth are scored"  # noqa: S101
    geometry = scan.volume.geometry
    return score_scan(
        mask,
        truth > 0,
        geometry.spacing,
        geometry.slice_extents,
        labels,
        truth_slices=scan.truth_slices,
        spec=spec,
    )
