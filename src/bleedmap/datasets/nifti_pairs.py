"""Scans and masks as NIfTI files of one name in two folders, as several public data sets come; listed by name alone."""

from collections.abc import Mapping
from pathlib import Path

from bleedmap.config.nifti_datasets import BhsdSpec, Instance2022Spec, PhysionetCtIchSpec
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.sources import Source, is_nifti, stamp, stem
from bleedmap.errors import TableError

AnyNiftiSpec = PhysionetCtIchSpec | Instance2022Spec | BhsdSpec
Files = Mapping[str, Path]


def nifti_files(folder: Path) -> dict[str, Path]:
    """NIfTI files of a folder by their names without ending, sorted; none if the folder is not there."""
    found: dict[str, Path] = {}
    for file in sorted(folder.iterdir()) if folder.is_dir() else []:
        if is_nifti(file) and not file.name.startswith("."):
            found.setdefault(stem(file.name), file)
    return found


def scan_files(folder: Path, layout: str) -> dict[str, Path]:
    """Scans of a data set by name.

    Args:
        folder: where its layout puts them.
        layout: what its root should hold, for the user.

    Raises:
        TableError: no such folder, or no NIfTI file in it.
    """
    found = nifti_files(folder)
    if not found:
        raise TableError(
            "empty-folder" if folder.is_dir() else "no-folder",
            found="no NIfTI file where the data set keeps its scans",
            expected=layout,
            remedy="correct root, or unpack the data set there",
        )
    return found


def pair(spec: AnyNiftiSpec, name: str, scans: Files, masks: Files, *details: object) -> Source:
    """The source of one scan: its file, then its mask if there is one; no file for a scan that is not there."""
    files = tuple(group[name] for group in (scans, masks) if name in group) if name in scans else ()
    return Source(public_name(name, public=spec.public_names), name, files, stamp(files, *details))


def paths(source: Source) -> tuple[Path, Path | None]:
    """Scan and mask of what ``pair`` made."""
    scan, *rest = [file for file in source.files if isinstance(file, Path)]
    return scan, rest[0] if rest else None
