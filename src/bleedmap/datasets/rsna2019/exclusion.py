"""Patients of RSNA 2019 that a run must not see: those whose scans BHSD is made of."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bleedmap.config.dicom_datasets import Rsna2019Spec
from bleedmap.datasets.rsna2019.index import Index
from bleedmap.datasets.sources import files_below
from bleedmap.datasets.tables import read_names
from bleedmap.errors import TableError

_PATIENT = re.compile(r"ID_[0-9a-f]{8}")
_BHSD_FILE = re.compile(r"(ID_[0-9a-f]{8})_ID_[0-9a-f]{10}\.nii(\.gz)?")


def excluded_scans(spec: Rsna2019Spec, index: Index) -> set[str]:
    """Names of the scans with any slice of an excluded patient.

    Raises:
        TableError: a place under ``exclude`` that names nobody.
    """
    patients = excluded_patients(spec.exclude)
    return {name for name, scan in index.scans.items() if not patients.isdisjoint(scan.patients)}


def excluded_patients(places: Iterable[Path]) -> frozenset[str]:
    """Patient ids named by BHSD copies and by lists.

    Args:
        places: folders with BHSD files anywhere below, or text files of one patient id a line.

    Raises:
        TableError: a place that is not there or names no patient, which would let every patient through.
    """
    patients: set[str] = set()
    for place in places:
        found = set(_of_folder(place) if place.is_dir() else _of_list(place))
        if not found:
            raise TableError(
                "no-exclusion",
                found="a place under exclude that names no patient",
                expected="a folder with files named ID_<8 hex>_ID_<10 hex>.nii.gz, or a text file of patient ids",
                remedy="correct exclude, so that no patient is both trained and tested on",
            )
        patients |= found
    return frozenset(patients)


def _of_folder(folder: Path) -> Iterator[str]:
    for file in files_below(folder):
        name = _BHSD_FILE.fullmatch(file.name)
        if name:
            yield name[1]


def _of_list(file: Path) -> Iterator[str]:
    if not file.is_file():
        return
    try:
        names = read_names(file)
    except ValueError:
        raise _bad_list() from None
    for name in names:
        if not _PATIENT.fullmatch(name):
            raise _bad_list()
        yield name


def _bad_list() -> TableError:
    return TableError(
        "patient-list",
        found="a line that is no patient id in a list under exclude",
        expected="ID_ and 8 hexadecimal digits on each line, and nothing else",
        remedy="correct the list",
    )
