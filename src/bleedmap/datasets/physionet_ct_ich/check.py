"""PhysioNet CT-ICH: scans, masks and rows held against each other."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from bleedmap.config.nifti_datasets import PhysionetCtIchSpec
from bleedmap.datasets.findings import Finding
from bleedmap.datasets.nifti_check import check_pairs, scan_finding
from bleedmap.datasets.physionet_ct_ich.listing import answers_of, is_sound, scan_and_mask_files, table_rows
from bleedmap.datasets.tables import Row, by_key
from bleedmap.errors import ScanError
from bleedmap.volumes.nifti_file import open_nifti


def check(spec: PhysionetCtIchSpec) -> list[Finding]:
    """Scans, masks and rows that lack each other; rows that are repeated or contradict themselves."""
    scans, masks = scan_and_mask_files(spec)
    findings = list(check_pairs(spec, scans, masks, spec.root / "ct_scans", spec.root / "masks"))
    rows = table_rows(spec)
    for name, path in scans.items():
        with suppress(ScanError):  # told of when the scan is read
            findings += _check_rows(spec, name, rows.get(name, []), open_nifti(path).shape[-1])
    return findings


def _check_rows(spec: PhysionetCtIchSpec, name: str, rows: Sequence[Row], slices: int) -> Iterator[Finding]:
    groups = by_key(rows, "SliceNumber")
    answers = {number: {answers_of(row) for row in group} for number, group in groups.items()}
    missing = slices - len(groups)
    repeated = sum(len(group) - 1 for group in groups.values())
    several = sum(len(found) > 1 for found in answers.values())
    untrue = sum(any(not is_sound(answer) for answer in found) for found in answers.values())
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
