"""Scans of your own: which entries a folder, zip or list has, with their rows and masks; no scan is opened."""

import os
from functools import lru_cache
from pathlib import Path

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.folder.entries import list_entries
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import NIFTI, Source, require_masks, stamp
from bleedmap.datasets.tables import VALUES, Row, by_key, read_rows
from bleedmap.errors import BleedmapError
from bleedmap.volumes.zip_member import InputFile

ABOUT = About(
    title="Scans of your own",
    licence="yours to know: the terms under which you may use the scans",
    source="your own archive; export the series as DICOM, or convert them to NIfTI in Hounsfield units",
    layout="one folder or zip of DICOM files, or one NIfTI file, for each scan; one CSV of labels; a folder of masks",
)


def list_sources(spec: FolderSpec) -> list[Source]:
    """One source for each entry of the root, and one for each scan that only the label table names.

    Raises:
        TableError: the root is no folder, zip or list, or holds nothing, the label table is unusable, or there is no
            folder of masks where one is named.
    """
    if spec.masks is not None:
        require_masks(spec.masks)
    rows = label_rows(spec)
    entries = list_entries(spec.root, [] if spec.masks is None else [spec.masks])
    sources = []
    for entry in entries:
        mask = mask_file(spec, entry.name)
        files = [file for file in (*entry.files, mask) if file is not None]
        code = entry.fault.code if entry.fault else None
        settings = (rows.get(entry.name, []), spec.labels is not None, spec.mask_values, spec.series, spec.modality)
        digest = stamp(files, *settings, *([code] if code else []))
        sources.append(_source(spec, entry.name, entry.files, digest, entry.fault))
    missing = sorted(rows.keys() - {entry.name for entry in entries})
    return sources + [_source(spec, name, (), stamp((), rows[name])) for name in missing]


def label_rows(spec: FolderSpec) -> dict[str, list[Row]]:
    """Rows of the label table by scan; none without a table.

    Raises:
        TableError: the table is unusable.
    """
    if spec.labels is None:
        return {}
    written = spec.labels.stat() if spec.labels.is_file() else None
    return _parsed(spec.labels, (written.st_mtime_ns, written.st_size) if written else None)


@lru_cache(maxsize=2)
def _parsed(path: Path, _written: tuple[int, int] | None) -> dict[str, list[Row]]:
    """Rows of every scan; kept, since each scan of a large data set asks for its own."""
    return by_key(read_rows(path, ("scan",), any_of=VALUES, lower=True), "scan")


def mask_file(spec: FolderSpec, name: str) -> Path | None:
    """The mask of a scan, None where nothing has its name; what is no plain file is told of when it is read."""
    candidates = [spec.masks / f"{name}{ending}" for ending in NIFTI] if spec.masks else []
    return next((file for file in candidates if os.path.lexists(file)), None)


def _source(
    spec: FolderSpec, name: str, files: tuple[InputFile, ...], digest: str, fault: BleedmapError | None = None
) -> Source:
    return Source(public_name(name, public=spec.public_names), name, files, digest, fault)
