"""Masks of a whole shard, written as a store with the rows of its slice store."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.classifiers.operating_point import OperatingPoint
from bleedmap.config.masks import AnyMask
from bleedmap.console import track
from bleedmap.masks import MakeMasks, MaskSlices
from bleedmap.provenance.tables import read_table
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store

if TYPE_CHECKING:
    from bleedmap.classifiers.slice_classifier import SliceClassifier


@dataclass(frozen=True)
class MapInputs:
    """What mask methods that read saliency maps need besides the slices.

    Args:
        maps: store of saliency maps.
        classifier: the network that was explained.
        positive: (scan, slice) of every slice that may hold a bleed.
    """

    maps: Path
    classifier: "SliceClassifier"
    positive: frozenset[tuple[str, int]]

    @classmethod
    def read(cls, maps: Path, classifier: "SliceClassifier", operating_point: Path, scores: Path) -> Self:
        """Decide which slices may hold a bleed: by label where training may use it, else by the classifier."""
        table = read_table(scores)
        threshold = OperatingPoint.read(operating_point).threshold
        by_score = table["score"] >= threshold
        by_label = table["label"] == 1
        label_may_be_used = (table["role"] != "test") & (table["label"] >= 0)
        chosen = table[by_label.where(label_may_be_used, by_score)]
        return cls(maps, classifier, frozenset(zip(chosen["scan"], chosen["slice"].astype(int), strict=True)))


def mask_shard(make_masks: MakeMasks, spec: AnyMask, slices: Path, inputs: MapInputs | None, out: Path) -> pd.DataFrame:
    """Make masks scan by scan.

    Args:
        make_masks: the mask method.
        spec: its config.
        slices: slice store.
        inputs: maps and classifier; None for methods that read neither.
        out: store to write, array ``labels`` (rows, size, size) uint8, 0 background, 1 hemorrhage; its attribute
            ``known`` tells for each row whether the mask says something, ``resolved`` what the paper leaves open.

    Returns:
        What the method noted: scan, slice, and columns of its own; no row where it notes nothing.
    """
    notes: list[dict[str, object]] = []
    with SliceStore(slices) as store, write_store(out, _attributes(store, spec)) as group:
        labels = add_rows(group, "labels", len(store.table), store.size, "uint8")
        for name, rows in track(list(store.scans()), "making masks", unit="scans"):
            chosen = _chosen(name, rows, inputs)
            if not chosen.any():
                continue
            batch = MaskSlices(
                hu=store.rows("hu", rows)[chosen],
                brain=store.rows("brain", rows)[chosen] > 0,
                truth=store.rows("truth", rows)[chosen],
                maps=None if inputs is None else _maps(inputs.maps, rows)[chosen],
            )
            masks = np.zeros((len(chosen), store.size, store.size), dtype=np.uint8)
            masks[chosen] = make_masks(spec, batch, None if inputs is None else inputs.classifier)
            labels[rows] = masks
            numbers = np.flatnonzero(chosen)
            notes += [{"scan": name, **note, "slice": int(numbers[int(note["slice"])])} for note in batch.notes]
    return pd.DataFrame(notes, columns=None if notes else ["scan", "slice"])


def _attributes(store: SliceStore, spec: AnyMask) -> dict[str, object]:
    drawn: list[bool] = store.table["has_truth"].tolist()
    known = drawn if spec.method == "truth" else [True] * len(drawn)
    return {"known": known, "resolved": spec.resolutions()}


def _chosen(name: str, rows: slice, inputs: MapInputs | None) -> NDArray[np.bool_]:
    slices = range(rows.stop - rows.start)
    return np.array([inputs is None or (name, number) in inputs.positive for number in slices])


def _maps(path: Path, rows: slice) -> NDArray[np.float32]:
    with Store(path) as store:
        return store.rows("maps", rows).astype(np.float32)
