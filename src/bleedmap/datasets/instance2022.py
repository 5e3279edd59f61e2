"""INSTANCE 2022: head CT in NIfTI with masks of blood of any kind; slice labels follow from the masks."""

from pathlib import Path

from bleedmap.config.nifti_datasets import Instance2022Spec
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.masked_nifti import (
    check_blood,
    check_pairs,
    nifti_files,
    pair,
    paths,
    read_labels,
    scan_files,
    unlabelled,
)
from bleedmap.datasets.sources import Source
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import read_nifti

ABOUT = About(
    title="INSTANCE 2022, intracranial hemorrhage segmentation challenge on non-contrast head CT",
    licence="CC BY-NC-ND 4.0, no redistribution; check the terms at the source",
    source="https://instance.grand-challenge.org, after registration",
    layout="train_2/data/<NNN>.nii.gz and train_2/label/<NNN>.nii.gz (train/ in an earlier release)",
    scans=100,
)
RELEASES = ("train_2", "train")  # the later one first


def list_sources(spec: Instance2022Spec) -> list[Source]:
    """One source a scan; scans of the validation part, which come without masks, are listed too.

    Raises:
        TableError: no scan where the layout puts them.
    """
    folder = _folder(spec)
    scans, masks = scan_files(folder / "data", ABOUT.layout), nifti_files(folder / "label")
    return [pair(spec, name, scans, masks) for name in scans]


def read(spec: Instance2022Spec, source: Source) -> list[Scan | ScanError]:
    """One scan; its labels are unknown if it has no mask.

    Raises:
        ScanError: what ``read_nifti`` and ``read_mask`` raise; ``mask-values`` for anything but 0 and 1.
    """
    scan, mask = paths(source)
    volume = read_nifti(scan)
    known = unlabelled(len(volume.hu))
    if mask is None:
        return [Scan(source.id, source.id, volume, known.labels)]
    truth = read_labels(mask, volume, highest=1)
    known = with_truth(known, truth, has_subtypes=False)
    return [Scan(source.id, source.id, volume, known.labels, truth, scan_label=known.scan_label)]


def check(spec: Instance2022Spec) -> list[Finding]:
    """Scans and masks that lack each other, files that are neither, masks without blood, two releases at once."""
    folder = _folder(spec)
    scans, masks = scan_files(folder / "data", ABOUT.layout), nifti_files(folder / "label")
    findings = [*check_pairs(spec, scans, masks, folder / "data", folder / "label"), *check_blood(spec, masks)]
    if folder != spec.root and all((spec.root / release / "data").is_dir() for release in RELEASES):
        findings.append(
            set_finding(
                "two-releases",
                found="two releases of the training part beside each other",
                expected="one",
                remedy="name the one to use as root; the later one is read",
            )
        )
    return findings


def _folder(spec: Instance2022Spec) -> Path:
    """Folder of ``data`` and ``label``."""
    return next((spec.root / name for name in RELEASES if (spec.root / name / "data").is_dir()), spec.root)
