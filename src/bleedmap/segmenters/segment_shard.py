"""Predicted masks of a shard's test scans, written as a store with the rows of its slice store."""

from pathlib import Path

from bleedmap.console import track
from bleedmap.provenance.tables import read_table
from bleedmap.segmenters.segmenter import Segmenter, mask_scan
from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.training.roles import roles


def segment_shard(model: Segmenter, slices: Path, folds: Path, fold: int, count: int, out: Path) -> None:
    """Predict the scans that neither trained nor validated the model; the rows of the others stay zero.

    Nothing outside the brain mask is called hemorrhage.

    Args:
        model: a trained segmenter.
        slices: slice store.
        folds: table of subjects and parts of the data set that the model was trained on.
        fold: number of the fold.
        count: number of parts.
        out: store to write, array ``labels`` (rows, size, size) uint8.
    """
    parts = read_table(folds)
    with SliceStore(slices) as store, write_store(out, {}) as group:
        labels = add_rows(group, "labels", len(store.table), store.size, "uint8")
        is_test = (roles(store.table, parts, fold, count) == "test").to_numpy()
        scans = [(name, rows) for name, rows in store.scans() if is_test[rows.start]]
        for _, rows in track(scans, "segmenting", unit="scans"):
            # a network that has seen few scalps and skull bases may call them blood
            labels[rows] = mask_scan(model, store.rows("hu", rows)) & (store.rows("brain", rows) > 0)
