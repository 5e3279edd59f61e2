"""What a check of scans and masks in NIfTI folders tells."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.nifti_pairs import AnyNiftiSpec, Files
from bleedmap.errors import ScanError
from bleedmap.volumes.nifti import MASK_BYTES
from bleedmap.volumes.nifti_file import read_canonical, scaled


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
        with suppress(ScanError):
            stored, _, scale = read_canonical(path, MASK_BYTES)
            if not any(scaled(plane, scale).any() for plane in stored):
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
