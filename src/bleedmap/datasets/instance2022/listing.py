"""INSTANCE 2022: which scans and masks a copy holds, told by names alone."""

from pathlib import Path

from bleedmap.config.nifti_datasets import Instance2022Spec
from bleedmap.datasets.about import About
from bleedmap.datasets.nifti_pairs import nifti_files, pair, scan_files
from bleedmap.datasets.sources import Source

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
    folder = release_folder(spec)
    scans, masks = scan_files(folder / "data", ABOUT.layout), nifti_files(folder / "label")
    return [pair(spec, name, scans, masks) for name in scans]


def release_folder(spec: Instance2022Spec) -> Path:
    """Folder of ``data`` and ``label``."""
    return next((spec.root / name for name in RELEASES if (spec.root / name / "data").is_dir()), spec.root)
