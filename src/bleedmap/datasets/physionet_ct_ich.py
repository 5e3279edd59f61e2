"""PhysioNet CT-ICH 1.3.1: head CT in NIfTI with a table of subtypes slice by slice, and masks."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.nifti_datasets import PhysionetCtIchSpec
from bleedmap.datasets.about import About
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.labels import UNKNOWN, Row, binary, by_key, read_rows
from bleedmap.datasets.masked_nifti import check_pairs, nifti_files, pair, paths, scan_files, scan_finding
from bleedmap.datasets.scan_labels import of_scan
from bleedmap.datasets.sources import Source
from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import SUBTYPES, Scan
from bleedmap.volumes.nifti import nifti_orientation, read_mask, read_nifti
from bleedmap.volumes.nifti_file import open_nifti

ABOUT = About(
    title="PhysioNet CT-ICH 1.3.1, head CT after trauma with hemorrhage masks (Hssayeni 2020)",
    licence="CC BY 4.0 for 1.3.0, restricted terms said for 1.3.1; check the terms at the source",
    source="https://physionet.org/content/ct-ich/1.3.1/, after registration",
    layout="ct_scans/<NNN>.nii, masks/<NNN>.nii and hemorrhage_diagnosis_raw_ct.csv",
    scans=75,
)
TABLE = "hemorrhage_diagnosis_raw_ct.csv"
SUBTYPE_COLUMNS = ("Intraparenchymal", "Intraventricular", "Subarachnoid", "Subdural", "Epidural")  # as SUBTYPES
COLUMNS = ("PatientNumber", "SliceNumber", *SUBTYPE_COLUMNS, "No_Hemorrhage")


def list_sources(spec: PhysionetCtIchSpec) -> list[Source]:
    """One source a scan, and one for each patient whom only the table names.

    Raises:
        TableError: no scan where the layout puts them, version 1.0 of the set, or an unusable table.
    """
    scans, masks = _files(spec)
    rows = _rows(spec)
    return [pair(spec, name, scans, masks, rows.get(name, [])) for name in sorted(scans.keys() | rows.keys())]


def read(spec: PhysionetCtIchSpec, source: Source) -> list[Scan | ScanError]:
    """One scan. A slice without a row, or whose rows contradict themselves, has an unknown label; the others stand.

    Raises:
        ScanError: ``label-scan``, ``label-slice``, ``label-value``, or what ``read_nifti`` and ``read_mask`` raise.
    """
    if not source.files:
        raise ScanError(
            "label-scan",
            found="labels for a scan that is not there",
            expected="a NIfTI file of the patient's number",
            remedy="fetch the scan, or drop its rows from the table",
        )
    path, mask = paths(source)
    volume = read_nifti(path)
    rows = _rows(spec).get(source.name, [])
    subtypes = _subtypes(rows, len(volume.hu))[_file_slices(path, len(volume.hu))]
    labels = subtypes.max(axis=1)  # -1 throughout where unknown
    # which number marks blood is not promised
    truth = None if mask is None else (read_mask(mask, volume) > 0).astype(np.uint8)
    return [Scan(source.id, source.id, volume, labels, truth, subtypes=subtypes, scan_label=of_scan(labels))]


def check(spec: PhysionetCtIchSpec) -> list[Finding]:
    """Scans, masks and rows that lack each other; rows that are repeated or contradict themselves."""
    scans, masks = _files(spec)
    findings = list(check_pairs(spec, scans, masks, spec.root / "ct_scans", spec.root / "masks"))
    rows = _rows(spec)
    for name, path in scans.items():
        with suppress(ScanError):  # told of when the scan is read
            findings += _check_rows(spec, name, rows.get(name, []), open_nifti(path).shape[-1])
    return findings


def _check_rows(spec: PhysionetCtIchSpec, name: str, rows: Sequence[Row], slices: int) -> Iterator[Finding]:
    groups = by_key(rows, "SliceNumber")
    answers = {number: {_answers(row) for row in group} for number, group in groups.items()}
    missing = slices - len(groups)
    repeated = sum(len(group) - 1 for group in groups.values())
    several = sum(len(found) > 1 for found in answers.values())
    untrue = sum(any(not _is_sound(answer) for answer in found) for found in answers.values())
    remedy = "correct the table; those slices are neither trained nor judged on"
    if not rows:
        yield scan_finding(
            spec,
            name,
            "no-label",
            found="a scan without rows in the table",
            expected="a row a slice",
            remedy="fetch the table again; the scan has no slice labels meanwhile",
        )
    elif missing:
        yield scan_finding(
            spec,
            name,
            "label-count",
            found=f"rows for {len(groups)} slices of a scan of {slices}",
            expected="a row a slice",
            remedy=remedy,
        )
    if several:
        yield scan_finding(
            spec,
            name,
            "contradicting-rows",
            found=f"{several} slices with rows that differ",
            expected="one row a slice",
            remedy=remedy,
        )
    elif repeated:
        yield scan_finding(
            spec,
            name,
            "repeated-row",
            found=f"{repeated} rows that repeat another",
            expected="one row a slice",
            remedy="drop them; they change nothing",
        )
    if untrue:
        yield scan_finding(
            spec,
            name,
            "label-contradiction",
            found=f"{untrue} slices whose No_Hemorrhage does not go with their subtypes",
            expected="1 where all subtypes are 0, else 0",
            remedy=remedy,
        )


def _subtypes(rows: Sequence[Row], slices: int) -> NDArray[np.int8]:
    """(slices, 5) in the order of the file, -1 throughout for a slice without rows or with contradicting ones."""
    table = np.full((slices, len(SUBTYPES)), UNKNOWN, dtype=np.int8)
    for number, group in by_key(rows, "SliceNumber").items():
        if not (number.isdecimal() and 1 <= int(number) <= slices):
            raise ScanError(
                "label-slice",
                found="a row for a slice that the scan does not have",
                expected=f"slice numbers from 1 to {slices}",
                remedy="correct the table, or fetch the whole scan",
            )
        answers = {_answers(row) for row in group}
        first = next(iter(answers))
        if len(answers) == 1 and _is_sound(first):
            table[int(number) - 1] = first[:-1]
    return table


def _answers(row: Row) -> tuple[int, ...]:
    """Five subtypes and No_Hemorrhage, 0 or 1 each."""
    return tuple(binary(row[column]) for column in (*SUBTYPE_COLUMNS, "No_Hemorrhage"))


def _is_sound(answers: tuple[int, ...]) -> bool:
    return answers[-1] != max(answers[:-1])


def _file_slices(path: Path, slices: int) -> NDArray[np.intp]:
    """For each slice from the foot, its index on the last axis of the file, which the table counts along."""
    axis, direction = nifti_orientation(path)[2]
    if axis != 2:
        raise ScanError(
            "slice-axis",
            found="a file whose last axis does not run along the patient",
            expected="slices on the last axis, as the table counts them",
            remedy="fetch the scan again; another program has turned it",
        )
    return np.arange(slices)[:: int(direction)]


def _files(spec: PhysionetCtIchSpec) -> tuple[dict[str, Path], dict[str, Path]]:
    """Scans and masks by name."""
    if (spec.root / "Patients_CT").is_dir() and not (spec.root / "ct_scans").is_dir():
        raise TableError(
            "old-version",
            found="version 1.0 of the data set, with pictures instead of scans",
            expected=ABOUT.layout,
            remedy="fetch version 1.3.1",
        )
    return scan_files(spec.root / "ct_scans", ABOUT.layout), nifti_files(spec.root / "masks")


def _rows(spec: PhysionetCtIchSpec) -> dict[str, list[Row]]:
    """Rows of the table by the name of the scan: the patient's number in three digits."""
    rows = [
        {**row, "name": row["PatientNumber"].zfill(3)}
        for row in read_rows(spec.root / TABLE, COLUMNS)
        if any(row.values())
    ]
    return by_key(rows, "name")
