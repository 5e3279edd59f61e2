"""What mask methods and detectors that read saliency maps need besides the slices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bleedmap.classifiers.operating_point import OperatingPoints
from bleedmap.constants import CLASSES
from bleedmap.provenance.tables import read_table

if TYPE_CHECKING:
    from bleedmap.classifiers.classifier import SliceClassifier


@dataclass(frozen=True)
class MapInputs:
    """Maps of one shard and their classifier.

    Args:
        maps: store of saliency maps.
        classifier: the network that was explained.
        scores: its scores: columns scan, subject, slice, class, label, score.
        threshold: score of class ``any`` from which it calls a slice bleeding.
        thresholds: the same of all classes, by name.
    """

    maps: Path
    classifier: "SliceClassifier"
    scores: pd.DataFrame
    threshold: float
    thresholds: Mapping[str, float] = field(default_factory=dict)


def read_inputs(
    maps: Path | None,
    model: Path | None,
    scores: Path | None,
    operating_point: Path | None,
    dataset: str | None = None,
) -> MapInputs | None:
    """Inputs from the files of earlier stages; None where a method reads no saliency.

    Args:
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

    classifier = load_classifier(model, dataset)
    thresholds = class_thresholds(operating_point, classifier.classes)
    return MapInputs(maps, classifier, read_table(scores), thresholds[CLASSES[0]], thresholds)


def class_thresholds(operating_point: Path, classes: Sequence[str]) -> dict[str, float]:
    """Probability from which a slice is called to have each class; 1 where validation slices could not tell."""
    points = OperatingPoints.read(operating_point)
    found = {name: points.threshold(name) for name in classes}
    return {name: 1.0 if threshold is None else threshold for name, threshold in found.items()}
