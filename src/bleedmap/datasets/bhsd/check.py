"""BHSD: scans and masks held against each other and against the index that the set comes with."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from bleedmap.config.nifti_datasets import BhsdSpec
from bleedmap.datasets.bhsd.listing import MADE_OF, labelled_files, labelled_folder, unlabelled_files
from bleedmap.datasets.findings import Finding, set_finding
from bleedmap.datasets.nifti_check import check_blood, check_pairs, scan_finding
from bleedmap.datasets.tables import read_text
from bleedmap.errors import TableError


def check(spec: BhsdSpec) -> list[Finding]:
    """Scans and masks that lack each other, files that are neither, masks without blood, and what the index tells."""
    folder, (scans, masks) = labelled_folder(spec.root), labelled_files(spec.root)
    parts = [scans, *(unlabelled_files(spec).values() if spec.unlabelled else [])]
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
        file = labelled_folder(root).parent / "dataset.json"
        if not os.path.lexists(file):
            return
        index = json.loads(read_text(file))
        labels = {int(value): name for value, name in index["labels"].items()}
        cases = [*index["test"], *(case["image"] for case in index["training"])]
        listed = {Path(case).name.removesuffix(".nii.gz") for case in cases}
    except (TableError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
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
