"""Scores of a trained classifier for every slice of a data set."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.console import track
from bleedmap.provenance.tables import read_table
from bleedmap.slices.store import SliceStore
from bleedmap.training.roles import roles


def score_slices(model: SliceClassifier, slices: Sequence[Path], folds: Path, fold: int, count: int) -> pd.DataFrame:
    """Probability of a bleed for every slice; memory holds one scan.

    Args:
        model: a trained classifier.
        slices: slice stores of all shards.
        folds: table of subjects and parts of the data set that the model was trained on.
        fold: number of the fold.
        count: number of parts.

    Returns:
        Columns ``scan, subject, slice, label, role, score``, in the stores' order, shard after shard.
    """
    device = next(model.parameters()).device
    tables = []
    for path in track(sorted(slices), "classifying", unit="shards"):
        with SliceStore(path) as store, torch.inference_mode():
            scores = [
                model(torch.from_numpy(store.rows("hu", rows)).float().to(device)).sigmoid().cpu().numpy()
                for _, rows in store.scans()
            ]
            tables.append(store.table.assign(score=np.concatenate(scores) if scores else []))
    table = pd.concat(tables, ignore_index=True)
    table["role"] = roles(table, read_table(folds), fold, count)
    return table[["scan", "subject", "slice", "label", "role", "score"]]
