"""From which score on a slice is called bleeding, class by class; chosen on validation slices, kept as an artifact."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bleedmap.provenance.atomic import write_text


@dataclass(frozen=True)
class OperatingPoint:
    """Youden's point: the threshold with the largest sensitivity minus false-positive rate (spec 4.8).

    Args:
        threshold: probability in [0, 1] from which a slice is positive.
        auroc: area under the ROC curve of the validation slices.
        slices: number of validation slices whose label is known.
    """

    threshold: float
    auroc: float
    slices: int

    @classmethod
    def choose(cls, scores: NDArray[np.floating], labels: NDArray[np.floating]) -> Self:
        """Choose on slices whose label is known; of several best thresholds, the highest.

        Args:
            scores: (n,) probabilities.
            labels: (n,) 0 or 1, both present.
        """
        from sklearn.metrics import roc_auc_score, roc_curve  # noqa: PLC0415  most users only read a point

        false_positive, true_positive, thresholds = roc_curve(labels, scores)
        best = int(np.argmax(true_positive - false_positive))
        # worse than chance, the best point calls no slice positive; roc_curve gives it an infinite threshold
        threshold = min(1.0, float(thresholds[best]))
        return cls(threshold, float(roc_auc_score(labels, scores)), len(labels))


@dataclass(frozen=True)
class OperatingPoints:
    """The operating point of every class that has one.

    Args:
        by_class: without those classes that all validation slices have, or none.
    """

    by_class: Mapping[str, OperatingPoint]

    @classmethod
    def choose(cls, classes: Sequence[str], scores: NDArray[np.floating], labels: NDArray[np.floating]) -> Self:
        """Choose class by class.

        Args:
            classes: their names.
            scores: (n, K) probabilities.
            labels: (n, K) 0 or 1, NaN where unknown.
        """
        points = {}
        for number, name in enumerate(classes):
            known = ~np.isnan(labels[:, number])
            if len(np.unique(labels[known, number])) == 2:
                points[name] = OperatingPoint.choose(scores[known, number], labels[known, number])
        return cls(points)

    def threshold(self, class_name: str) -> float | None:
        """Probability from which a slice has a class; None for a class without an operating point."""
        point = self.by_class.get(class_name)
        return None if point is None else point.threshold

    def write(self, path: Path) -> None:
        """Write as JSON, ``{class: {threshold, auroc, slices}}``."""
        write_text(path, json.dumps({name: asdict(point) for name, point in self.by_class.items()}) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what ``write`` wrote."""
        return cls.from_json(path.read_bytes())

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """The same from the bytes of the file."""
        content = json.loads(data)
        return cls({name: OperatingPoint(**point) for name, point in content.items()})
