"""From which score a slice is called bleeding, chosen on validation slices and kept as an artifact."""

import json
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
        slices: number of validation slices.
    """

    threshold: float
    auroc: float
    slices: int

    @classmethod
    def choose(cls, scores: NDArray[np.floating], labels: NDArray[np.integer]) -> Self:
        """Choose on slices whose label is known.

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

    def write(self, path: Path) -> None:
        """Write as JSON."""
        write_text(path, json.dumps(asdict(self)) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
