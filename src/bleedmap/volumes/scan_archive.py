"""The scans of a shard in one zip: ``<scan>/hu.nii.gz``, ``<scan>/truth.nii.gz`` where drawn, ``<scan>/scan.json``.

One file a shard lets Snakemake compare content; its members open in any viewer once unpacked. The JSON holds public
names, labels and geometry and nothing else of the source.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.provenance.archive import ArchiveWriter, has_member, members, read_member
from bleedmap.volumes.ct_volume import Box, CtVolume, Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import from_bytes, to_bytes


def add_scan(archive: ArchiveWriter, scan: Scan) -> None:
    """Add a scan's volume, truth and sidecar; all of them or, on an error, none."""
    geometry = scan.volume.geometry
    sidecar = {
        "subject": scan.subject,
        "labels": scan.labels.tolist(),
        "truth_slices": None if scan.truth_slices is None else scan.truth_slices.tolist(),
        "origins": geometry.origins.tolist(),
        "row_step": geometry.row_step.tolist(),
        "column_step": geometry.column_step.tolist(),
        "in_mm": geometry.in_mm,
        "flags": list(scan.volume.flags),
        "subtypes": None if scan.subtypes is None else scan.subtypes.tolist(),
        "scan_label": scan.scan_label,
        "scan_subtypes": None if scan.scan_subtypes is None else scan.scan_subtypes.tolist(),
        "truth_subtypes": scan.truth_subtypes,
        "intensity": scan.volume.intensity,
        "boxes": [asdict(box) for box in scan.boxes],
    }
    packed = {
        "hu.nii.gz": to_bytes(scan.volume.hu, geometry),
        "scan.json": (json.dumps(sidecar, sort_keys=True) + "\n").encode(),
    }
    if scan.truth is not None:
        packed["truth.nii.gz"] = to_bytes(scan.truth, geometry)
    for name, data in packed.items():
        archive.add(f"{scan.id}/{name}", data)


def scan_ids(path: Path) -> list[str]:
    """Scans of an archive, sorted."""
    return sorted({name.split("/")[0] for name in members(path)})


def subject_of(path: Path, name: str) -> str:
    """Public name of the patient of a scan, without reading its voxels."""
    return str(json.loads(read_member(path, f"{name}/scan.json"))["subject"])


def read_scan(path: Path, name: str) -> Scan:
    """One scan of an archive."""
    sidecar = json.loads(read_member(path, f"{name}/scan.json"))
    geometry = Geometry(
        origins=np.array(sidecar["origins"], dtype=np.float64),
        row_step=np.array(sidecar["row_step"], dtype=np.float64),
        column_step=np.array(sidecar["column_step"], dtype=np.float64),
        in_mm=sidecar["in_mm"],
    )
    hu, _ = from_bytes(read_member(path, f"{name}/hu.nii.gz"))
    has_truth = has_member(path, f"{name}/truth.nii.gz")
    slices, subtypes, of_scan = (sidecar[key] for key in ("truth_slices", "subtypes", "scan_subtypes"))
    return Scan(
        id=name,
        subject=sidecar["subject"],
        volume=CtVolume(hu.astype(np.int16), geometry, flags=tuple(sidecar["flags"]), intensity=sidecar["intensity"]),
        labels=np.array(sidecar["labels"], dtype=np.int8),
        truth=read_mask_member(path, name, "truth") if has_truth else None,
        truth_slices=None if slices is None else np.array(slices, dtype=bool),
        subtypes=None if subtypes is None else np.array(subtypes, dtype=np.int8),
        scan_label=sidecar["scan_label"],
        scan_subtypes=None if of_scan is None else np.array(of_scan, dtype=np.int8),
        truth_subtypes=sidecar["truth_subtypes"],
        boxes=tuple(Box(**box) for box in sidecar["boxes"]),
    )


def read_scans(path: Path) -> Iterator[Scan]:
    """Every scan of an archive, one in memory at a time."""
    for name in scan_ids(path):
        yield read_scan(path, name)


def read_mask_member(path: Path, name: str, kind: str) -> NDArray[np.uint8]:
    """A mask of a scan, (slices, rows, columns) uint8; ``kind`` is ``truth`` or ``brain``."""
    mask, _ = from_bytes(read_member(path, f"{name}/{kind}.nii.gz"))
    return mask.astype(np.uint8)
