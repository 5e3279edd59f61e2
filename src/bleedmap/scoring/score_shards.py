"""Scores of one method's labels on a split's test scans, on each scan's own voxels."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.scoring import ScoringSpec
from bleedmap.console import track
from bleedmap.scoring.classes import ANY, check_known, scored_classes
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.table import RowLabels, join
from bleedmap.slices.box import Box, to_own_voxels
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore, Store
from bleedmap.splits.roles import Roles
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.scan_archive import read_scan


def score_shards(
    shards: Sequence[tuple[Path, Path, Path]],
    roles: Roles,
    row: RowLabels,
    spec: ScoringSpec,
) -> pd.DataFrame:
    """Score every test scan that has voxel truth; memory holds one scan.

    Args:
        shards: (archive of scans, slice store, prediction store) of each shard.
        roles: of the fold; only test subjects take part.
        row: data set, method and fold.
        spec: how to score.

    Returns:
        The long table of ``scoring.table``. Subtypes are scored where prediction and truth both name them. A scan
        that this or an earlier stage refused has subject rows without a value.
    """
    tables = []
    for archive, slices, predictions in track(shards, "scoring", unit="shards"):
        with SliceStore(slices) as store, Store(predictions) as predicted:
            told_apart = predicted.attributes.get("classes", [ANY])
            refused = Refusals("to score it", store, predicted)
            tests = list(_test_scans(store, roles))
            for name, rows in refused.left(tests):
                with refused.catch(name):
                    scan = read_scan(archive, name)
                    labels = _on_own_voxels(predicted.rows("labels", rows), Box(**store.entries[name].box), scan)
                    tables.append(_score(scan, labels, told_apart, row, spec))
            subjects = store.table["subject"]
            tables += [_missing(replace(row, subject=subjects[r.start], scan=n)) for n, r in tests if n in refused]
    return join(tables)


def _missing(row: RowLabels) -> pd.DataFrame:
    """Rows of a scan that a stage refused: no value, which the leaderboard counts as missing."""
    nothing = np.zeros((1, 1, 1), dtype=np.uint8)
    table = score_scan(nothing, nothing, Geometry.from_affine(np.eye(4), 1), row)
    return table[table["unit"] == "subject"].assign(value=np.nan)


def _test_scans(store: SliceStore, roles: Roles) -> Iterator[tuple[str, slice]]:
    """Scans of test subjects with voxel truth on at least one slice."""
    is_test = roles.of(store.table["subject"]) == "test"
    drawn = store.table["drawn"].to_numpy(dtype=bool)
    for name, rows in store.scans():
        if is_test[rows.start] and drawn[rows].any():
            yield name, rows


def _on_own_voxels(labels: NDArray[np.uint8], box: Box, scan: Scan) -> NDArray[np.uint8]:
    check_known(labels)  # before unknown voxels become background on their way
    return to_own_voxels(labels, box, *scan.volume.hu.shape[1:])


def _score(
    scan: Scan, prediction: NDArray[np.uint8], told_apart: Collection[str], row: RowLabels, spec: ScoringSpec
) -> pd.DataFrame:
    assert scan.truth is not None, "only scans with truth are scored"  # noqa: S101
    return score_scan(
        prediction,
        scan.truth,
        scan.volume.geometry,
        RowLabels(row.dataset, row.method, row.fold, scan.subject, scan.id),
        classes=scored_classes(told_apart, truth_subtypes=scan.truth_subtypes),
        truth_slices=scan.truth_slices,
        spec=spec,
    )
