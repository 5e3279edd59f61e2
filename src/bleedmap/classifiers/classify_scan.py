"""What a trained classifier says of every slice of a scan, and of a data set's shards."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.console import track
from bleedmap.slices.each_scan import Turn, alone, each_scan, host_rows, to_device
from bleedmap.slices.neighbours import neighbours_of
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore

BATCH = 32


def classify_scan(
    model: SliceClassifier, hu: NDArray[np.int16] | NDArray[np.float16], batch: int = BATCH, turn: Turn = alone
) -> NDArray[np.float32]:
    """Probability of every class in every slice of one scan.

    Args:
        model: a trained classifier.
        hu: (n, H, W) HU, foot to head.
        batch: slices at a time; it changes no result but for rounding.
        turn: in which the network is asked.

    Returns:
        (n, K) in [0, 1].
    """
    device = next(model.parameters()).device
    slices, scores = to_device(hu, device), host_rows((len(hu), len(model.classes)), torch.float32, device)
    with turn(), torch.inference_mode():
        for start in range(0, len(hu), batch):
            rows = slice(start, min(start + batch, len(hu)))
            places = to_device(neighbours_of(range(len(hu))[rows], model.reach, len(hu)), device)
            scores[rows].copy_(model(slices[places].float()).logits.float().sigmoid(), non_blocking=True)
    return np.asarray(scores.numpy())


def classify_shards(model: SliceClassifier, slices: Sequence[Path]) -> pd.DataFrame:
    """Probability of every class in every slice of some shards.

    Memory holds one scan, or where a GPU works one a thread.

    Args:
        model: a trained classifier.
        slices: slice stores.

    Returns:
        Columns ``scan, subject, slice, class, label, score``; label 1 bleed, 0 none, -1 unknown. A row a slice and
        class, in the stores' order, shard after shard; a scan that cannot be classified has no rows.
    """
    tables: list[pd.DataFrame] = []
    for path in track(sorted(slices), "classifying", unit="shards"):
        with SliceStore(path) as store:
            refused = Refusals("to classify it", store)

            def classify(_: str, rows: slice, turn: Turn, store: SliceStore = store) -> pd.DataFrame:
                scores = classify_scan(model, store.rows("hu", rows), turn=turn)
                return _long(store.table.iloc[rows], model.classes, scores)

            tables += each_scan(classify, store.scans(), refused, None)
    columns = ["scan", "subject", "slice", "class", "label", "score"]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def _long(table: pd.DataFrame, classes: Sequence[str], scores: NDArray[np.float32]) -> pd.DataFrame:
    """A row a slice and class, all classes of a slice together."""
    repeated = table[["scan", "subject", "slice"]].loc[table.index.repeat(len(classes))]
    return repeated.assign(
        **{
            "class": np.tile(np.array(classes), len(table)),
            "label": table[list(classes)].to_numpy().ravel(),
            "score": scores.ravel(),
        }
    )
