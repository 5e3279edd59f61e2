"""Scans and masks as NIfTI files of one name in two folders, as several public data sets come."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.nifti_datasets import BhsdSpec, Instance2022Spec, PhysionetCtIchSpec
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import UNKNOWN
from bleedmap.datasets.scan_labels import ScanLabels
from bleedmap.datasets.sources import Source, is_nifti, stamp, stem
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.nifti import read_mask
from bleedmap.volumes.nifti_file import named_errors, open_nifti

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


def read_labels(path: Path, like: CtVolume, highest: int) -> NDArray[np.uint8]:
    """A mask whose values are 0 to ``highest``, on the voxels of a scan.

    Raises:
        ScanError: ``mask-values``, or what ``read_mask`` raises.
    """
    mask = read_mask(path, like)
    if mask.max() > highest:
        raise ScanError(
            "mask-values",
            found=f"mask values up to {mask.max()}",
            expected=f"whole numbers from 0 to {highest}",
            remedy="fetch the mask again; another release may count its labels otherwise",
        )
    return mask


def unlabelled(slices: int) -> ScanLabels:
    """What is known of a scan before any reader or mask is asked."""
    return ScanLabels(np.full(slices, UNKNOWN, dtype=np.int8), None, UNKNOWN)


def check_pairs(spec: AnyNiftiSpec, scans: Files, masks: Files, *folders: Path) -> Iterator[Finding]:
    """Scans without a mask, masks without a scan, and files of the folders that are neither."""
    for name in sorted(scans.keys() - masks.keys()):
        yield scan_finding(
            spec,
            name,
            "no-mask",
            found="a scan without a mask",
            expected="a mask file of the scan's own name",
            remedy="fetch the mask; the scan is read without voxel truth meanwhile",
        )
    for name in sorted(masks.keys() - scans.keys()):
        yield scan_finding(
            spec,
            name,
            "no-scan",
            found="a mask without its scan",
            expected="a scan file of the mask's own name",
            remedy="fetch the scan",
        )
    known = {*scans.values(), *masks.values()}
    entries = [e for folder in folders if folder.is_dir() for e in folder.iterdir() if not e.name.startswith(".")]
    strays = len([entry for entry in entries if entry not in known])
    if strays:
        yield set_finding(
            "unexpected-file",
            found=f"{strays} entries that are no scan or mask of their own name",
            expected="one NIfTI file a scan and one a mask",
            remedy="look at them; they are not read",
        )


def check_blood(spec: AnyNiftiSpec, masks: Files) -> Iterator[Finding]:
    """Masks without blood, in data sets whose patients all bleed; a mask that cannot be read is told of elsewhere."""
    for name, path in masks.items():
        with suppress(ScanError), named_errors():
            if not np.any(open_nifti(path).dataobj):
                yield scan_finding(
                    spec,
                    name,
                    "empty-mask",
                    found="a mask without blood",
                    expected="blood in every mask of the set",
                    remedy="fetch the mask again",
                )


def scan_finding(spec: AnyNiftiSpec, name: str, code: str, *, found: str, expected: str, remedy: str) -> Finding:
    """A finding about one scan."""
    return Finding(public_name(name, public=spec.public_names), ScanError(code, found, expected, remedy))
