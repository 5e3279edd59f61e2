"""A tree of scans: a folder of DICOM files or one NIfTI file each, with one table of slice labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import Row, by_key, read_rows, slice_labels
from bleedmap.datasets.sources import Source, files_below, stamp
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.dicom import DicomSeries, group_series, read_series
from bleedmap.volumes.nifti import read_mask, read_nifti

NIFTI = (".nii", ".nii.gz")


def list_sources(spec: FolderSpec) -> list[Source]:
    """One source for each folder and each NIfTI file directly below the root, and for each scan only the table names.

    Raises:
        TableError: the root is no folder or holds nothing, or the label table is unusable.
    """
    if not spec.root.is_dir():
        raise TableError(
            "no-folder",
            found="no folder where the config says one is",
            expected="a folder of scans",
            remedy="correct root",
        )
    entries = [e for e in sorted(spec.root.iterdir()) if not e.name.startswith(".") and (e.is_dir() or _is_nifti(e))]
    if not entries:
        raise TableError(
            "empty-folder",
            found="a folder without scans",
            expected="a folder of DICOM files or a NIfTI file for each scan",
            remedy="correct root, or unpack the archive there",
        )
    rows = _label_rows(spec)
    sources = []
    for entry in entries:
        name = _stem(entry)
        files = tuple(files_below(entry)) if entry.is_dir() else (entry,)
        masks = [file for file in [_mask_file(spec, name)] if file is not None]
        details = (rows.pop(name, []), spec.labels is not None)
        sources.append(_source(spec, name, files, stamp((*files, *masks), *details)))
    return sources + [_source(spec, name, (), stamp((), left)) for name, left in sorted(rows.items())]


def read(spec: FolderSpec, source: Source) -> list[Scan | ScanError]:
    """Scans of a source, one a DICOM series or NIfTI file, and the fault of each series that is none.

    Raises:
        ScanError: nothing in the source can be used; the reason of the first fault.
    """
    if not source.files and (spec.root / source.name).is_dir():
        raise no_images()
    if not source.files:
        raise ScanError(
            "label-scan",
            found="labels for a scan that is not there",
            expected="a folder or NIfTI file of that name",
            remedy="add the scan, or drop its rows from the label table",
        )
    rows = _label_rows(spec).get(source.name, [])
    if _is_nifti(source.files[0]):
        return [_scan(spec, source, source.id, source.name, read_nifti(source.files[0]), rows, [])]
    series, faults = usable_series(source.files)
    if not series:
        raise faults[0] if faults else no_images()
    names = [source.id] if len(series) == 1 else [f"{source.id}-{number}" for number in range(1, len(series) + 1)]
    scans = [
        _scan(spec, source, name, found.patient_id, found.volume, rows, [found.file_names])
        for name, found in zip(names, series, strict=True)
    ]
    return [*scans, *faults]


def usable_series(files: Sequence[Path]) -> tuple[list[DicomSeries], list[ScanError]]:
    """Series of a study that are head CT volumes, and why the others are not; a DICOMDIR is no fault."""
    groups, faults = group_series(files)
    found = []
    for group in groups:
        try:
            found.append(read_series(group))
        except ScanError as error:
            faults.append(error)
    return found, [fault for fault in faults if fault.code != "dicomdir"]


def _scan(
    spec: FolderSpec,
    source: Source,
    name: str,
    patient: str,
    volume: CtVolume,
    rows: Sequence[Row],
    keys: Sequence[Sequence[str]],
) -> Scan:
    labels = slice_labels(rows, [*keys, volume.slice_keys], len(volume.hu))
    patients = {row["subject"] for row in rows if row.get("subject")}
    if len(patients) > 1:
        raise ScanError(
            "label-subject",
            found=f"{len(patients)} subjects in the rows of one scan",
            expected="one",
            remedy="correct the label table",
        )
    subject = public_name(patients.pop() if patients else patient or source.name, public=spec.public_names)
    return Scan(name, subject, volume, labels, _truth(spec, source, volume))


def _truth(spec: FolderSpec, source: Source, volume: CtVolume) -> NDArray[np.uint8] | None:
    file = _mask_file(spec, source.name)
    return None if file is None else read_mask(file, volume)


def _label_rows(spec: FolderSpec) -> dict[str, list[Row]]:
    return {} if spec.labels is None else by_key(read_rows(spec.labels, ("scan", "slice", "hemorrhage")), "scan")


def _mask_file(spec: FolderSpec, name: str) -> Path | None:
    candidates = [spec.masks / f"{name}{ending}" for ending in NIFTI] if spec.masks else []
    return next((file for file in candidates if file.is_file()), None)


def _source(spec: FolderSpec, name: str, files: tuple[Path, ...], digest: str) -> Source:
    return Source(public_name(name, public=spec.public_names), name, files, digest)


def _is_nifti(path: Path) -> bool:
    return path.name.lower().endswith(NIFTI)


def _stem(path: Path) -> str:
    name = path.name
    for ending in reversed(NIFTI):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    return name


def no_images() -> ScanError:
    """The fault of a folder with nothing in it to read."""
    return ScanError(
        "no-images", found="a folder without images", expected="DICOM files", remedy="fill or remove the folder"
    )
