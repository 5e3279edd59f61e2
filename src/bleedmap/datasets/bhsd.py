"""BHSD: head CT in NIfTI with masks of five subtypes; patients of RSNA 2019, some of them with two scans."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.identity import public_name
from bleedmap.datasets.labels import UNKNOWN
from bleedmap.datasets.masked_nifti import (
    check_blood,
    check_pairs,
    nifti_files,
    pair,
    paths,
    read_labels,
    scan_files,
    scan_finding,
    unlabelled,
)
from bleedmap.datasets.sources import Source
from bleedmap.datasets.truth_labels import with_truth
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import read_nifti

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
OURS = np.array([0, 5, 1, 2, 3, 4], dtype=np.uint8)  # values 0..5 of its masks in the order of SUBTYPES, from 1
UNLABELLED = {"anybleed": 1, "nobleed": 0}


def list_sources(spec: BhsdSpec) -> list[Source]:
    """One source a scan of ``label_192``; with ``unlabelled`` also those of ``unlabel_2000``.

    Raises:
        TableError: no scan where the layout puts them.
    """
    scans, masks = _files(spec.root)
    more = _unlabelled(spec) if spec.unlabelled else {}
    return [pair(spec, name, scans, masks) for name in scans] + [
        pair(spec, name, files, {}, part) for part, files in more.items() for name in files
    ]


def read(spec: BhsdSpec, source: Source) -> list[Scan | ScanError]:
    """One scan; without a mask its slice labels are unknown, or all 0 if the set says that it does not bleed.

    Raises:
        ScanError: ``file-name``, ``mask-values``, or what ``read_nifti`` and ``read_mask`` raise.
    """
    name = NAME.fullmatch(source.name)
    if name is None:
        raise ScanError(
            "file-name",
            found="a scan whose name does not tell its patient",
            expected="ID_, 8 hexadecimal digits, _ID_ and 10 more",
            remedy="give the file its own name back",
        )
    subject = public_name(name[1], public=spec.public_names)
    path, mask = paths(source)
    volume = read_nifti(path)
    known = unlabelled(len(volume.hu))
    if mask is None:
        scan_label = UNLABELLED.get(path.parent.name, UNKNOWN)
        labels = np.zeros_like(known.labels) if scan_label == 0 else known.labels
        return [Scan(source.id, subject, volume, labels, scan_label=scan_label)]
    truth = OURS[read_labels(mask, volume, highest=len(MADE_OF))]
    known = with_truth(known, truth, has_subtypes=True)
    scan = Scan(source.id, subject, volume, known.labels, truth, subtypes=known.subtypes, scan_label=known.scan_label)
    return [scan]


def patient_tokens(root: Path) -> set[str]:
    """RSNA patient ids of the scans with masks, such as ``ID_0237f3c9``; whoever is scored here must not train there.

    Args:
        root: folder of ``label_192``, or that folder itself.

    Raises:
        TableError: no scan where the layout puts them.
    """
    matches = (NAME.fullmatch(name) for name in _files(root)[0])
    return {match[1] for match in matches if match is not None}


def check(spec: BhsdSpec) -> list[Finding]:
    """Scans and masks that lack each other, files that are neither, masks without blood, and what the index tells."""
    folder, (scans, masks) = _folder(spec.root), _files(spec.root)
    parts = [scans, *(_unlabelled(spec).values() if spec.unlabelled else [])]
    return [
        *_check_index(spec.root, scans.keys() | masks.keys()),
        *check_pairs(spec, scans, masks, folder / "images", folder / "ground truths"),
        *check_blood(spec, masks),
        *(_in_two_parts(spec, name) for name in sorted(set().union(*parts)) if sum(name in part for part in parts) > 1),
    ]


def _in_two_parts(spec: BhsdSpec, name: str) -> Finding:
    return scan_finding(
        spec,
        name,
        "same-name",
        found="a scan in several parts of the set",
        expected="every scan in one of label_192, anybleed and nobleed",
        remedy="remove all but one; only the first is read",
    )


def _check_index(root: Path, names: set[str]) -> Iterator[Finding]:
    """Compare with ``dataset.json``: its paths do not exist, but its names and label numbers are those of the set."""
    try:
        index = json.loads((_folder(root).parent / "dataset.json").read_text(encoding="utf-8"))
        labels = {int(value): name for value, name in index["labels"].items()}
        cases = [*index["test"], *(case["image"] for case in index["training"])]
        listed = {Path(case).name.removesuffix(".nii.gz") for case in cases}
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        yield set_finding(
            "unreadable-index",
            found="a dataset.json of another form than the release's",
            expected="labels, training and test",
            remedy="fetch it again; it is only used for this check",
        )
        return
    if labels != dict(enumerate(("background", *MADE_OF))):
        yield set_finding(
            "label-numbers",
            found="a dataset.json that counts the subtypes otherwise than the release",
            expected=", ".join(f"{value} {name}" for value, name in enumerate(MADE_OF, 1)),
            remedy="fetch the masks again, for these may have been renumbered",
        )
    if listed - names:
        yield set_finding(
            "missing-scans",
            found=f"{len(listed - names)} names in dataset.json without a file",
            expected="a scan and a mask for each",
            remedy="fetch what is missing, or go on with a part of the set",
        )


def _files(root: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Scans and masks by name."""
    folder = _folder(root)
    return scan_files(folder / "images", ABOUT.layout), nifti_files(folder / "ground truths")


def _folder(root: Path) -> Path:
    """Folder of ``images`` and ``ground truths``."""
    return root / "label_192" if (root / "label_192").is_dir() else root


def _unlabelled(spec: BhsdSpec) -> dict[str, dict[str, Path]]:
    """Scans by name of each part of ``unlabel_2000``."""
    layout = "unlabel_2000/anybleed and unlabel_2000/nobleed beside label_192"
    return {part: scan_files(_folder(spec.root).parent / "unlabel_2000" / part, layout) for part in UNLABELLED}
