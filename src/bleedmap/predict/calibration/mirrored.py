"""What a trained classifier says of the mirror images of validation slices: test-time augmentation by one flip."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.console import track
from bleedmap.slices.each_scan import Turn, alone, each_scan
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles


def classify_mirrored(model: SliceClassifier, hu: NDArray[np.int16], turn: Turn = alone) -> NDArray[np.float32]:
    """(n, K) probability of every class in the left-right mirror image of every slice, (n, H, W) HU, of one scan."""
    return classify_scan(model, np.ascontiguousarray(hu[:, :, ::-1]), turn=turn)


def mirrored_scores(model: SliceClassifier, slices: Sequence[Path], roles: Roles) -> pd.DataFrame:
    """The same of the validation subjects of a data set; memory as in ``classify_shards``.

    Args:
        model: a trained classifier.
        slices: slice stores.
        roles: who validates, in the fold of the classifier; nobody else is read.

    Returns:
        Columns ``scan, slice, class, score``, a row a slice and class.
    """
    tables: list[pd.DataFrame] = []
    for path in track(sorted(slices), "classifying mirror images", unit="shards"):
        with SliceStore(path) as store:
            refused = Refusals("to classify it", store)
            is_validation = roles.of(store.table["subject"]) == "validation"

            def classify(name: str, rows: slice, turn: Turn, store: SliceStore = store) -> pd.DataFrame:
                scores = classify_mirrored(model, store.rows("hu", rows), turn)
                numbers = store.table["slice"].iloc[rows].to_numpy()
                pairs = [(name, number, each) for number in numbers for each in model.classes]
                return pd.DataFrame(pairs, columns=["scan", "slice", "class"]).assign(score=scores.ravel())

            scans = [(name, rows) for name, rows in store.scans() if is_validation[rows].all()]
            tables += each_scan(classify, scans, refused, None)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["scan", "slice", "class", "score"])
