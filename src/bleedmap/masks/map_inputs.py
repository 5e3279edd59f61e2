"""What mask methods and detectors that read saliency maps need besides the slices."""

from dataclasses import dataclass
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
    """

    maps: Path
    classifier: "SliceClassifier"
    scores: pd.DataFrame
    threshold: float


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

    return MapInputs(maps, load_classifier(model, dataset), read_table(scores), any_threshold(operating_point))


def any_threshold(operating_point: Path) -> float:
    """Probability of class ``any`` from which a slice is called bleeding; 1 where validation slices could not tell."""
    threshold = OperatingPoints.read(operating_point).threshold(CLASSES[0])
    return 1.0 if threshold is None else threshold
