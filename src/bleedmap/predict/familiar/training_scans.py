"""Statistics of the scans that a method learnt on, from the archives of their data set."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bleedmap.console import track
from bleedmap.predict.familiar.scan_statistics import ScanStatistics, scan_statistics
from bleedmap.predict.familiar.training_statistics import TrainingStatistics, training_statistics
from bleedmap.splits.roles import Roles
from bleedmap.volumes.scan_archive import read_mask_member, read_scan, scan_ids, subject_of

MOST_SCANS = 500  # measured of a large data set: with so many the outermost half percent is two scans


def statistics_of_scans(volumes: Sequence[Path], brains: Sequence[Path], folds: Sequence[Roles]) -> TrainingStatistics:
    """Measure training scans, one in memory at a time; of more than 500, every so manieth.

    Args:
        volumes: archives of scans, a shard each, of the data set whose split the networks learn on.
        brains: archives of their brain masks, in the same order.
        folds: roles in every fold whose networks are used together; who trains in none of them is not read.
    """
    training = [
        (scans, masks, name)
        for scans, masks in zip(volumes, brains, strict=True)
        for name in scan_ids(scans)
        if "train" in {str(roles.of([subject_of(scans, name)])[0]) for roles in folds}
    ]
    found: list[ScanStatistics] = []
    for scans, masks, name in track(_spread_out(training), "measuring training scans", unit="scans"):
        brain = read_mask_member(masks, name, "brain")
        if brain.any():
            found.append(scan_statistics(read_scan(scans, name).volume, brain))
    return training_statistics(found)


def _spread_out(training: list[tuple[Path, Path, str]]) -> list[tuple[Path, Path, str]]:
    """At most ``MOST_SCANS``, evenly spread over the names, so that the order of shards changes nothing."""
    ordered = sorted(training, key=lambda each: each[2])
    count = min(len(ordered), MOST_SCANS)
    return [ordered[int(index)] for index in np.linspace(0, len(ordered) - 1, count)] if count else []
