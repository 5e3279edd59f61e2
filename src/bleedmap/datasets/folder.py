"""Scans of your own: a folder, a zip or a list of studies in DICOM or NIfTI, one label table, perhaps masks."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bleedmap.config.datasets import FolderSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.folder_entries import list_entries
from bleedmap.datasets.folder_scan import Known, read_scans
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import VALUES, Row, by_key, read_rows
from bleedmap.datasets.sources import NIFTI, Source, is_nifti, stamp, stem
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
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
        TableError: the root is no folder, zip or list, or holds nothing, or the label table is unusable.
    """
    rows = _label_rows(spec)
    entries = list_entries(spec.root, [] if spec.masks is None else [spec.masks])
    sources = []
    for entry in entries:
        mask = _mask_file(spec, entry.name)
        files = [file for file in (*entry.files, mask) if file is not None]
        settings = (rows.get(entry.name, []), spec.labels is not None, spec.mask_values, spec.series)
        sources.append(_source(spec, entry.name, entry.files, stamp(files, *settings)))
    missing = sorted(rows.keys() - {entry.name for entry in entries})
    return sources + [_source(spec, name, (), stamp((), rows[name])) for name in missing]


def read(spec: FolderSpec, source: Source) -> list[Scan | ScanError]:
    """Scans of a source, one a CT series or NIfTI file, and the fault of each part of it that is none.

    Raises:
        ScanError: nothing in the source can be used, or its labels or mask do not fit.
    """
    if not source.files:
        raise ScanError(
            "label-scan",
            found="labels for a scan that is not there",
            expected="a folder, zip or NIfTI file of that name",
            remedy="add the scan, or drop its rows from the label table",
        )
    known = Known(_label_rows(spec).get(source.name, []), _mask_file(spec, source.name))
    return read_scans(spec, source, known)


def check(spec: FolderSpec) -> list[Finding]:
    """Masks without a scan, and scans without a mask where most have one.

    Raises:
        TableError: what ``list_sources`` raises.
    """
    if spec.masks is None:
        return []
    if not spec.masks.is_dir():
        fault = ScanError(
            "no-masks",
            found="no folder where the config says the masks are",
            expected="a folder of NIfTI files",
            remedy="correct masks",
        )
        return [Finding("", fault)]
    scans = {source.name for source in list_sources(spec) if source.files}
    return sorted(_of_masks(spec, scans), key=lambda finding: (finding.fault.code, finding.scan))


def _of_masks(spec: FolderSpec, scans: set[str]) -> Iterator[Finding]:
    assert spec.masks is not None  # noqa: S101  checked by its caller
    drawn = {stem(file.name) for file in spec.masks.iterdir() if is_nifti(file)}
    for name in drawn - scans:
        fault = ScanError(
            "mask-scan",
            found="a mask for a scan that is not there",
            expected="a scan of that name",
            remedy="add the scan, or name the mask as its scan",
        )
        yield Finding(public_name(name, public=spec.public_names), fault)
    bare = scans - drawn
    if len(bare) < len(scans) / 2:
        for name in bare:
            fault = ScanError(
                "no-mask",
                found="a scan without a mask, though most have one",
                expected="a mask, an empty one where there is no bleed",
                remedy="add it under the name of the scan; without, the scan is not scored",
            )
            yield Finding(public_name(name, public=spec.public_names), fault)


def _label_rows(spec: FolderSpec) -> dict[str, list[Row]]:
    if spec.labels is None:
        return {}
    written = spec.labels.stat() if spec.labels.is_file() else None
    return _parsed(spec.labels, (written.st_mtime_ns, written.st_size) if written else None)


@lru_cache(maxsize=2)
def _parsed(path: Path, _written: tuple[int, int] | None) -> dict[str, list[Row]]:
    """Rows of every scan; kept, since each scan of a large data set asks for its own."""
    return by_key(read_rows(path, ("scan",), any_of=VALUES, lower=True), "scan")


def _mask_file(spec: FolderSpec, name: str) -> Path | None:
    candidates = [spec.masks / f"{name}{ending}" for ending in NIFTI] if spec.masks else []
    return next((file for file in candidates if file.is_file()), None)


def _source(spec: FolderSpec, name: str, files: tuple[InputFile, ...], digest: str) -> Source:
    return Source(public_name(name, public=spec.public_names), name, files, digest)
