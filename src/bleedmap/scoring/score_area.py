"""Detection by what a mask finds, for methods without a classifier: a slice with enough pixels of hemorrhage shows it.

Paper 000 calls a slice of its supervised U-Net positive from more than 10 pixels on (spec 1.6); the AUROC is that of
the number of pixels.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from bleedmap.config.scoring import ScoringSpec
from bleedmap.constants import CLASSES
from bleedmap.scoring.classes import ANY, check_known, class_mask
from bleedmap.scoring.detection import detection_rows
from bleedmap.scoring.table import RowLabels, join
from bleedmap.slices.refusals import refused_in
from bleedmap.slices.store import SliceStore, Store
from bleedmap.splits.roles import Roles


def score_area(shards: Sequence[tuple[Path, Path]], roles: Roles, row: RowLabels, spec: ScoringSpec) -> pd.DataFrame:
    """Score masks as detectors on the labelled slices of test subjects; memory holds one scan.

    Args:
        shards: (slice store, prediction store) of each shard.
        roles: of the fold; only test subjects take part.
        row: data set, method and fold.
        spec: from how many pixels of the working grid on a slice is called.

    Returns:
        The long table of ``scoring.table``, a class at a time; a class that the masks do not name, or without a
        labelled test slice, has no rows. Scans that a stage refused take no part.
    """
    found: dict[str, tuple[list[int], list[int]]] = {name: ([], []) for name in CLASSES}
    for slices, predictions in shards:
        with SliceStore(slices) as store, Store(predictions) as predicted:
            told_apart = predicted.attributes.get("classes", [ANY])
            is_test = roles.of(store.table["subject"]) == "test"
            refused = refused_in(predicted)
            for scan, rows in store.scans():
                if not is_test[rows.start] or scan in refused:
                    continue
                labels = predicted.rows("labels", rows)
                check_known(labels)
                for name in CLASSES:
                    if name in (ANY, *told_apart):
                        areas, known = found[name]
                        areas += class_mask(labels, name).sum(axis=(1, 2)).tolist()
                        known += store.table[name].to_numpy()[rows].tolist()
    tables = []
    for name, (areas, known) in found.items():
        values, truth = np.array(areas, np.float64), np.array(known, np.int64)
        if (truth >= 0).any():
            called = spec.detection_pixels + 1
            tables.append(detection_rows(values, truth, called, replace(row, class_name=name)))
    return join(tables)
