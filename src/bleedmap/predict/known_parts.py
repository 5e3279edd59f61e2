"""From a run's files to what its bundle knows: the ranges of its training scans, and how sure it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bleedmap.bundle.about_spec import AboutSpec, Learner
from bleedmap.bundle.row import RowFiles
from bleedmap.bundle.settings import CALIBRATION, STATISTICS
from bleedmap.classifiers.load import load_classifier
from bleedmap.console import say
from bleedmap.errors import TableError
from bleedmap.masks.map_inputs import class_thresholds
from bleedmap.predict.calibration.calibrate import ANY, Fold, calibrate
from bleedmap.predict.calibration.mirrored import mirrored_scores
from bleedmap.predict.familiar.training_scans import statistics_of_scans
from bleedmap.provenance.tables import read_table
from bleedmap.splits.roles import Roles, read_roles


@dataclass(frozen=True)
class LearntFrom:
    """Files of the data sets that a row learnt on; none where it has learnt nothing.

    Args:
        volumes: archives of the scans that the network which makes the mask learnt on, a shard each.
        brains: archives of their brain masks, in the same order.
        slices: slice stores that the classifier learnt on.
        slice_scores: what the classifier of each fold says of those.
    """

    volumes: Sequence[Path] = ()
    brains: Sequence[Path] = ()
    slices: Sequence[Path] = ()
    slice_scores: Sequence[Path] = ()


def known_parts(about: AboutSpec, splits: Sequence[Path], row: RowFiles, learnt: LearntFrom) -> dict[str, bytes]:
    """``statistics.json`` and ``calibration.json``, those of the two that the row can have.

    A classifier that learnt labels of scans alone has no calibration: that of slices would need labels of slices.

    Args:
        about: what the row learnt on.
        splits: split files, in the order of ``about.splits``.
        row: its networks and operating points.
        learnt: what they learnt from.
    """
    files = dict(zip(about.splits, splits, strict=True))
    parts = {}
    if makers := about.mask_makers():
        roles = [_roles(files, each) for each in makers]
        parts[STATISTICS] = statistics_of_scans(learnt.volumes, learnt.brains, roles).to_json().encode()
    try:
        folds = _folds(about, files, row, learnt)
        if folds:
            parts[CALIBRATION] = calibrate(folds).to_json().encode()
    except TableError as error:
        if error.code != "no-validation":
            raise
        say(f"no calibration: {error}")
    return parts


def _folds(about: AboutSpec, files: Mapping[str, Path], row: RowFiles, learnt: LearntFrom) -> list[Fold]:
    """What each classifier said of its own validation subjects; folds that share one count once."""
    learners = [each for each in about.learners if each.part == "classifier"]
    folds: dict[tuple[str, int], Fold] = {}
    for each, model, points, scores in zip(
        learners, row.classifier, row.operating_point, learnt.slice_scores, strict=True
    ):
        classifier = load_classifier(model, each.dataset)
        if classifier.spec.labels == "scan":
            return []
        if (each.split, each.fold) not in folds:
            roles = _roles(files, each)
            folds[each.split, each.fold] = Fold(
                scores=read_table(scores),
                mirrored=mirrored_scores(classifier, learnt.slices, roles),
                roles=roles,
                threshold=class_thresholds(points, classifier.classes)[ANY],
            )
    return list(folds.values())


def _roles(files: Mapping[str, Path], learner: Learner) -> Roles:
    return read_roles(files[learner.split], learner.fold)
