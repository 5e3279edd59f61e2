"""Scans to the working grid: one slice store a shard."""

from pathlib import Path

import numpy as np

from bleedmap.config.slices import SliceSpec
from bleedmap.console import track
from bleedmap.slices.box import AIR_HU, Box
from bleedmap.slices.store import add_rows, write_store
from bleedmap.volumes.scan_archive import read_mask_member, read_scan, scan_ids


def write_slices(volumes: Path, brain: Path, spec: SliceSpec, out: Path) -> None:
    """Resample HU, brain and truth of every scan of a shard; memory holds one scan.

    Args:
        volumes: archive of scans.
        brain: archive of their brain masks.
        spec: the working grid.
        out: store to write; its rows are the scans' slices, scans sorted by id, slices from foot to head.
    """
    names = scan_ids(volumes)
    rows: list[list[object]] = []
    boxes = {}
    for name in names:
        scan = read_scan(volumes, name)
        boxes[name] = Box.around_brain(scan.volume, read_mask_member(brain, name, "brain"), spec)
        drawn = np.full(len(scan.labels), scan.truth is not None)
        if scan.truth_slices is not None:
            drawn &= scan.truth_slices
        rows += [
            [name, scan.subject, number, int(label), bool(known)]
            for number, (label, known) in enumerate(zip(scan.labels, drawn, strict=True))
        ]
    attributes = {"rows": rows, "size": spec.size, "boxes": {name: box.as_dict() for name, box in boxes.items()}}
    with write_store(out, attributes) as group:
        hu = add_rows(group, "hu", len(rows), spec.size, "int16")
        brains = add_rows(group, "brain", len(rows), spec.size, "uint8")
        truths = add_rows(group, "truth", len(rows), spec.size, "uint8")
        start = 0
        for name in track(names, "resampling", unit="scans"):
            scan, box = read_scan(volumes, name), boxes[name]
            where = slice(start, start + len(scan.labels))
            hu[where] = box.take(scan.volume.hu, spec.size, AIR_HU).round().astype(np.int16)
            brains[where] = box.take(read_mask_member(brain, name, "brain"), spec.size, 0) >= 0.5
            if scan.truth is not None:
                truths[where] = box.take(scan.truth > 0, spec.size, 0) >= 0.5
            start = where.stop
