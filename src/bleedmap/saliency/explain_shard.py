"""Saliency maps of a whole shard, written as a store with the rows of its slice store."""

from pathlib import Path

import numpy as np

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.saliency import AnySaliency
from bleedmap.saliency.explain_scan import explain_scan
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.each_scan import Turn, each_scan
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore, add_rows, write_store


def explain_shard(spec: AnySaliency, classifier: SliceClassifier, slices: Path, out: Path) -> None:
    """Explain scan by scan; memory holds one scan, or where a GPU works one a thread.

    Args:
        spec: the saliency method.
        classifier: the classifier it explains.
        slices: slice store.
        out: store to write: array ``maps`` (rows, K, size, size) float16 in [0, 1]; attributes ``classes``, ``low``
            and ``high`` (see ``MapStore``), ``resolved``, and ``refused`` where there are such scans (see
            ``Refusals``).
    """
    with SliceStore(slices) as store, write_store(out, {}) as group:
        count, classes = len(store.table), classifier.classes
        low, high = (np.zeros((count, len(classes)), dtype=np.float32) for _ in range(2))
        maps = add_rows(group, "maps", count, store.size, "float16", channels=len(classes))
        refused = Refusals("to explain it", store)

        def explain(_: str, rows: slice, turn: Turn) -> None:
            found = explain_scan(spec, classifier, store.rows("hu", rows), store.rows("brain", rows) > 0, turn)
            maps[rows], low[rows], high[rows] = found.maps, found.low, found.high

        each_scan(explain, store.scans(), refused, "explaining")
        group.update_attributes({**map_attributes(classes, low, high, spec.resolutions()), **refused.attributes()})
