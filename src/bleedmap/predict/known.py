"""What a bundle knows of the scans that it learnt on, and of its own errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from bleedmap.bundle.manifest import Bundle
from bleedmap.bundle.settings import CALIBRATION, CLASSIFIER, STATISTICS, misfit, part
from bleedmap.predict.calibration.calibrate import Calibration
from bleedmap.predict.calibration.certainty import Certainty, certainty
from bleedmap.predict.familiar.training_statistics import TrainingStatistics, training_statistics
from bleedmap.predict.member import GridFound


@dataclass(frozen=True)
class Known:
    """What a bundle knows of the scans that it learnt on, and of its own errors.

    Args:
        training: ranges of its training scans, empty ones where it carries none; None of a method that learnt nothing.
        calibration: of its classifiers; None where it carries none.
        distinct: places of the folds whose classifier no fold before them has.
    """

    training: TrainingStatistics | None
    calibration: Calibration | None
    distinct: tuple[int, ...]

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Read both parts of a bundle.

        Raises:
            TableError: one cannot be read.
            BundleError: ``bundle-settings``: the calibration is of another number of classifiers.
        """
        settings, parts = bundle.settings, bundle.parts
        networks = [parts[part(fold, CLASSIFIER)] for fold in settings.folds] if settings.classifier else []
        distinct = tuple(place for place, network in enumerate(networks) if network not in networks[:place])
        training = training_statistics([]) if settings.classifier or settings.segmenter else None
        if STATISTICS in parts:
            training = TrainingStatistics.from_json(parts[STATISTICS].decode(errors="replace"))
        calibration = None
        if CALIBRATION in parts and distinct:
            calibration = Calibration.from_json(parts[CALIBRATION].decode(errors="replace"))
            if len(calibration.thresholds) != len(distinct):
                raise misfit("a calibration of another number of classifiers")
        return cls(training, calibration, distinct)

    def certainty(self, found: Sequence[GridFound]) -> Certainty | None:
        """How sure the classifiers are of a scan; None where nobody measured how sure they may be.

        Args:
            found: what each fold finds.
        """
        if self.calibration is None:
            return None
        pairs = [(found[place].slice_probability, found[place].mirrored) for place in self.distinct]
        return certainty(self.calibration, np.array(pairs, dtype=np.float64))
