"""Tuning of a detector's own keys, by localisation F1 on the boxes of tuning subjects (Nemcek 2021; spec 3.6)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.detectors import AnyDetector
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import track
from bleedmap.detectors.detect_scan import detect_scan
from bleedmap.errors import TableError
from bleedmap.masks.mask_shard import read_slices
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.saliency.map_store import MapStore
from bleedmap.scoring.boxes import boxes_of, judged_slices
from bleedmap.scoring.classes import ANY
from bleedmap.scoring.overlap import dice
from bleedmap.scoring.points import judge
from bleedmap.slices.box import Box as Square
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune import tune_by
from bleedmap.tuning.tuned import Tuned
from bleedmap.volumes.ct_volume import Box
from bleedmap.volumes.scan_archive import read_scan

Shard = tuple[Path, Path, Path]  # archive of scans, slice store, maps


@dataclass(frozen=True)
class FramedScan:
    """A tuning scan whose bleeds somebody has framed or drawn.

    Args:
        shard: number of its shard.
        name: of the scan.
        rows: its rows in the shard's stores.
        boxes: of bleeds of any kind, in the scan's own pixels.
        judged: (slices,) bool, where a point can be told right or wrong.
    """

    shard: int
    name: str
    rows: slice
    boxes: tuple[Box, ...]
    judged: NDArray[np.bool_]


def tune_detector(
    spec: AnyDetector, searches: Mapping[str, Search], tuning: TuningSpec, *, shards: Sequence[Shard], roles: Roles
) -> Tuned:
    """Choose a detector's searched values by the localisation F1 of its points of class ``any``.

    Counts of boxes and points are summed over all slices of all tuning scans, as in the scores; ``unit`` of the tuning
    is of masks alone.

    Args:
        spec: the detector.
        searches: by dotted key.
        tuning: strategy.
        shards: archive of scans, slice store and maps of all shards of the data set that is tuned on.
        roles: of the fold; scans of tuning subjects alone are read.

    Raises:
        TableError: no tuning subject has boxes or truth, or none of them bleeds.
        ConfigError: the detector refuses all values.
    """
    scans = [scan for number, shard in enumerate(shards) for scan in _framed(number, shard, roles)]
    if not scans:
        raise TableError(
            "no-tuning-boxes",
            found="no tuning subject with boxes or voxel truth",
            expected="scans with either among subjects whose role is tune, or validation where nobody has tune",
            remedy="give the split a tune_share or validation_share on a data set with boxes, or write a value instead "
            "of a search",
        )
    return tune_by(spec, searches, tuning, partial(_measure, shards, scans), "localisation F1")


def _framed(number: int, shard: Shard, roles: Roles) -> Iterator[FramedScan]:
    archive, slices, maps = shard
    with SliceStore(slices) as store, MapStore(maps) as found:
        tunes = roles.tuning(store.table["subject"])
        for name, rows in Refusals("to tune on it", store, found).left(store.scans()):
            if tunes[rows.start]:
                scan = read_scan(archive, name)
                if (boxes := boxes_of(scan, ANY)) is not None:
                    yield FramedScan(number, name, rows, boxes, judged_slices(scan))


def _measure(
    shards: Sequence[Shard], scans: Sequence[FramedScan], candidates: Sequence[AnyDetector]
) -> list[tuple[float, int]]:
    """Localisation F1 of each candidate, of the counts of all scans in one."""
    counts = np.zeros((len(candidates), 3), dtype=np.int64)
    for scan, slices, square in _open(shards, scans):
        for number, candidate in enumerate(candidates):
            points = detect_scan(candidate, slices, square)
            judged = judge(points[points["class"] == ANY], scan.boxes, scan.judged)
            counts[number] += list(judged.counts.values())
    return [_f1(*row) for row in counts.tolist()]


def _open(shards: Sequence[Shard], scans: Sequence[FramedScan]) -> Iterator[tuple[FramedScan, MaskSlices, Square]]:
    for number, own in groupby(track(scans, "tuning on", unit="scans"), key=attrgetter("shard")):
        _, slices, maps = shards[number]
        with SliceStore(slices) as store, MapStore(maps) as found:
            for scan in own:
                yield scan, read_slices(store, scan.name, scan.rows, found), Square(**store.entries[scan.name].box)


def _f1(found: int, missed: int, false: int) -> tuple[float, int]:
    return (float(dice(found, false, missed)), 1) if found + missed else (math.nan, 0)
