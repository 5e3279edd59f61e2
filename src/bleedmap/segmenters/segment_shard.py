"""Predicted masks of a shard, written as a store with the rows of its slice store."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.each_scan import Turn, each_scan
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.splits.roles import Roles


def segment_shard(
    model: Segmenter,
    spec: AnySegmenter,
    slices: Path,
    roles: Roles,
    out: Path,
    wanted: Collection[str] = ("test",),
) -> None:
    """Predict the scans of the wanted subjects; the rows of the others stay zero.

    Args:
        model: a trained segmenter.
        spec: what acts after training.
        slices: slice store.
        roles: of the fold.
        out: store to write, with the rows of the slice store: array ``labels`` (rows, size, size) uint8, attribute
            ``classes``, and ``refused`` where there are scans without a prediction (see ``Refusals``).
        wanted: roles whose subjects are predicted.
    """
    with SliceStore(slices) as store, write_store(out, {"classes": list(model.classes)}) as group:
        labels = add_rows(group, "labels", len(store.table), store.size, "uint8")
        is_wanted = np.isin(roles.of(store.table["subject"]), list(wanted))
        scans = [(name, rows) for name, rows in store.scans() if is_wanted[rows.start]]
        refused = Refusals("to segment it", store)

        def segment(name: str, rows: slice, turn: Turn) -> None:
            hu, brain = store.rows("hu", rows), store.rows("brain", rows) > 0
            labels[rows] = segment_scan(model, spec, hu, brain, store.entries[name].voxel_ml, turn)

        each_scan(segment, scans, refused, "segmenting")
        refused.leave_open(scans, labels)
        group.update_attributes(refused.attributes())
