"""Scans to the working grid: one slice store a shard."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.config.slices import SliceSpec
from bleedmap.console import track
from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.slices.refusals import Refusals
from bleedmap.slices.resample_scan import WorkingScan, resample_scan
from bleedmap.slices.store import ScanEntry, add_rows, slice_attributes, write_store
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.scan_archive import read_mask_member, read_scan, scan_ids


def write_slices(volumes: Path, brain: Path, spec: SliceSpec, out: Path) -> pd.DataFrame:
    """Resample HU, brain and truth of every scan of a shard; memory holds one scan.

    A scan that cannot be resampled has no rows, so that no later stage knows of it.

    Args:
        volumes: archive of scans.
        brain: archive of their brain masks.
        spec: the working grid.
        out: store to write; its rows are the scans' slices, scans sorted by id, slices from foot to head.

    Returns:
        Scans that cannot be resampled, and why, as rows of ``rejected.csv``.
    """
    refused = Refusals("to bring it to the working grid")
    rows: list[list[object]] = []
    entries: dict[str, ScanEntry] = {}
    with write_store(out, {}) as group:
        hu = add_rows(group, "hu", 0, spec.size, "int16")
        brains = add_rows(group, "brain", 0, spec.size, "uint8")
        truths = add_rows(group, "truth", 0, spec.size, "uint8")
        for name in track(scan_ids(volumes), "resampling", unit="scans"):
            with refused.catch(name):
                scan = read_scan(volumes, name)
                working = resample_scan(scan.volume, read_mask_member(brain, name, "brain"), spec)
                truth, own, entry = _truth(scan, working, spec.size), slice_rows(scan), scan_entry(scan, working)
                for array, values in ((hu, working.hu), (brains, working.brain.astype(np.uint8)), (truths, truth)):
                    array.append(values)
                rows += own
                entries[name] = entry
        group.update_attributes(slice_attributes(rows, spec.size, entries))
    return refused.table()


def slice_rows(scan: Scan) -> list[list[object]]:
    """A row a slice for the store's table: names, labels of all classes, whether the slice's truth is drawn."""
    count = len(scan.labels)
    unknown = np.full((count, len(SUBTYPES)), UNKNOWN_LABEL, dtype=np.int8)
    subtypes = unknown if scan.subtypes is None else scan.subtypes
    drawn = np.full(count, scan.truth is not None)
    if scan.truth_slices is not None:
        drawn &= scan.truth_slices
    return [
        [scan.id, scan.subject, number, int(scan.labels[number]), *subtypes[number].tolist(), bool(drawn[number])]
        for number in range(count)
    ]


def scan_entry(scan: Scan, working: WorkingScan) -> ScanEntry:
    """What the store keeps of a scan as a whole."""
    unknown = np.full(len(SUBTYPES), UNKNOWN_LABEL, dtype=np.int8)
    subtypes = unknown if scan.scan_subtypes is None else scan.scan_subtypes
    return ScanEntry(
        box=working.box.as_dict(),
        labels=np.array([scan.scan_label, *subtypes], dtype=np.int8),
        drawn_subtypes=scan.truth_subtypes,
        intensity=scan.volume.intensity,
        voxel_ml=working.voxel_ml,
        origins_mm=working.origins_mm,
        pixel_mm=working.pixel_mm,
    )


def _truth(scan: Scan, working: WorkingScan, size: int) -> NDArray[np.uint8]:
    if scan.truth is None:
        return np.zeros(working.hu.shape, dtype=np.uint8)
    return working.box.take_labels(scan.truth, size)
