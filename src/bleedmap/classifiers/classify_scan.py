"""What a trained classifier says of every slice of a scan, and of a data set's shards."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.console import track
from bleedmap.slices.neighbours import stack_neighbours
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore

BATCH = 32


def classify_scan(
    model: SliceClassifier, hu: NDArray[np.int16] | NDArray[np.float16], batch: int = BATCH
) -> NDArray[np.float32]:
    """Probability of every class in every slice of one scan.

    Args:
        model: a trained classifier.
        hu: (n, H, W) HU, foot to head.
        batch: slices at a time; it changes no result but for rounding.

    Returns:
        (n, K) in [0, 1].
    """
    device = next(model.parameters()).device
    scores = np.zeros((len(hu), len(model.classes)), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(hu), batch):
            numbers = range(start, min(start + batch, len(hu)))
            stacks = torch.from_numpy(stack_neighbours(hu, model.reach, numbers)).to(device).float()
            scores[start : start + batch] = model(stacks).logits.float().sigmoid().cpu().numpy()
    return scores


def classify_shards(model: SliceClassifier, slices: Sequence[Path]) -> pd.DataFrame:
    """Probability of every class in every slice of some shards; memory holds one scan.

    Args:
        model: a trained classifier.
        slices: slice stores.

    Returns:
        Columns ``scan, subject, slice, class, label, score``; label 1 bleed, 0 none, -1 unknown. A row a slice and
        class, in the stores' order, shard after shard; a scan that cannot be classified has no rows.
    """
    tables = []
    for path in track(sorted(slices), "classifying", unit="shards"):
        with SliceStore(path) as store:
            refused = Refusals("to classify it", store)
            for name, rows in refused.left(store.scans()):
                with refused.catch(name):
                    scores = classify_scan(model, store.rows("hu", rows))
                    tables.append(_long(store.table.iloc[rows], model.classes, scores))
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
