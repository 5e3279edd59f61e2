"""BHSD: which scans and masks a copy holds, and whose they are; told by names alone."""

import re
from pathlib import Path

from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.nifti_pairs import nifti_files, pair, scan_files
from bleedmap.datasets.sources import Source

ABOUT = About(
    title="BHSD, brain hemorrhage segmentation data set (Wu 2023)",
    licence="MIT as stated by its makers, non-commercial by others and by RSNA 2019, whose scans it holds; check the "
    "terms at the source",
    source="https://github.com/White65534/BHSD",
    layout="label_192/images/ID_<8 hex>_ID_<10 hex>.nii.gz and label_192/ground truths/<same name>",
    scans=192,
)
NAME = re.compile(r"(ID_[0-9a-f]{8})_ID_[0-9a-f]{10}")  # RSNA's patient and study
MADE_OF = ("epidural", "intraparenchymal", "intraventricular", "subarachnoid", "subdural")  # values 1..5 of its masks
UNLABELLED = {"anybleed": 1, "nobleed": 0}


def list_sources(spec: BhsdSpec) -> list[Source]:
    """One source a scan of ``label_192``; with ``unlabelled`` also those of ``unlabel_2000``.

    Raises:
        TableError: no scan where the layout puts them.
    """
    scans, masks = labelled_files(spec.root)
    more = unlabelled_files(spec) if spec.unlabelled else {}
    return [pair(spec, name, scans, masks) for name in scans] + [
        pair(spec, name, files, {}, part) for part, files in more.items() for name in files
    ]


def labelled_files(root: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Scans and masks by name."""
    folder = labelled_folder(root)
    return scan_files(folder / "images", ABOUT.layout), nifti_files(folder / "ground truths")


def labelled_folder(root: Path) -> Path:
    """Folder of ``images`` and ``ground truths``."""
    return root / "label_192" if (root / "label_192").is_dir() else root


def unlabelled_files(spec: BhsdSpec) -> dict[str, dict[str, Path]]:
    """Scans by name of each part of ``unlabel_2000``."""
    layout = "unlabel_2000/anybleed and unlabel_2000/nobleed beside label_192"
    folder = labelled_folder(spec.root).parent / "unlabel_2000"
    return {part: scan_files(folder / part, layout) for part in UNLABELLED}
