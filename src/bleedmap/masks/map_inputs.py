"""What mask methods and detectors that read saliency maps need besides the slices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.constants import CLASSES, UNKNOWN_LABEL
from bleedmap.provenance.tables import read_table
from bleedmap.slices.store import SliceStore

if TYPE_CHECKING:
    from bleedmap.classifiers.classifier import SliceClassifier


@dataclass(frozen=True)
class MapInputs:
    """Maps of one shard and their classifier.

    Args:
        maps: store of saliency maps.
        classifier: the network that was explained.
        scores: its scores: columns scan, subject, slice, class, label, score; labels as it may know them.
        threshold: score of class ``any`` from which it calls a slice bleeding.
        thresholds: the same of all classes, by name.
    """

    maps: Path
    classifier: "SliceClassifier"
    scores: pd.DataFrame
    threshold: float
    thresholds: Mapping[str, float] = field(default_factory=dict)


def read_inputs(
    slices: Sequence[Path],
    maps: Path | None,
    model: Path | None,
    scores: Path | None,
    operating_point: Path | None,
    dataset: str | None = None,
) -> MapInputs | None:
    """Inputs from the files of earlier stages; None where a method reads no saliency.

    Args:
        slices: slice stores of the shards that are masked.
        maps: store of saliency maps.
        model: classifier that was explained, safetensors.
        scores: table of its scores.
        operating_point: its operating points, JSON.
        dataset: name of the data set, for a classifier with windows for it.
    """
    if not (maps and model and scores and operating_point):
        return None
    # timm takes seconds to import, and some methods need no classifier
    from bleedmap.classifiers.load import load_classifier  # noqa: PLC0415

    classifier, table = load_classifier(model, dataset), read_table(scores)
    if classifier.spec.labels == "scan":
        table = table.assign(label=_labels_of_scans(table["scan"], slices))
    thresholds = class_thresholds(operating_point, classifier.classes)
    return MapInputs(maps, classifier, table, thresholds[CLASSES[0]], thresholds)


def _labels_of_scans(scans: pd.Series, slices: Sequence[Path]) -> NDArray[np.int8]:
    """What labels of scans alone say of each slice: none bleeds in a healthy scan; in others nobody knows which."""
    healthy: set[str] = set()
    for path in slices:
        with SliceStore(path) as store:
            healthy |= {name for name, entry in store.entries.items() if entry.labels[0] == 0}
    return np.where(scans.isin(healthy), 0, UNKNOWN_LABEL).astype(np.int8)


def class_thresholds(operating_point: Path, classes: Sequence[str]) -> dict[str, float]:
    """Probability from which a slice is called to have each class; 1 where validation slices could not tell."""
    return thresholds_of(OperatingPoints.read(operating_point), classes)


def thresholds_of(points: OperatingPoints, classes: Sequence[str]) -> dict[str, float]:
    """The same of operating points that are read already."""
    found = {name: points.threshold(name) for name in classes}
    return {name: 1.0 if threshold is None else threshold for name, threshold in found.items()}
