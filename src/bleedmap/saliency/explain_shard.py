"""Saliency maps of a whole shard, written as a store with the rows of its slice store."""

from pathlib import Path

import torch

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.console import track
from bleedmap.saliency import Explain
from bleedmap.saliency.stretch import stretch
from bleedmap.slices.store import SliceStore, add_rows, write_store

HEMORRHAGE = 1
BATCH = 32


def explain_shard(explain: Explain, model: SliceClassifier, slices: Path, out: Path) -> None:
    """Explain every slice, leave only the brain, stretch what is left to [0, 1].

    Args:
        explain: the saliency method.
        model: the classifier it explains.
        slices: slice store.
        out: store to write, array ``maps`` (rows, size, size) float16.
    """
    device = next(model.parameters()).device
    with SliceStore(slices) as store, write_store(out, {}) as group:
        maps = add_rows(group, "maps", len(store.table), store.size, "float16")
        for start in track(range(0, len(store.table), BATCH), "explaining", unit="batches"):
            rows = slice(start, min(start + BATCH, len(store.table)))
            hu = torch.from_numpy(store.rows("hu", rows)).float().to(device)
            brain = torch.from_numpy(store.rows("brain", rows)).to(device)
            maps[rows] = stretch(explain(model, hu, HEMORRHAGE) * brain).cpu().numpy().astype("float16")
