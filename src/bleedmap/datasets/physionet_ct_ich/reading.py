"""PhysioNet CT-ICH 1.3.1: head CT in NIfTI with a table of subtypes slice by slice, and masks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.nifti_datasets import PhysionetCtIchSpec
from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.nifti_pairs import paths
from bleedmap.datasets.physionet_ct_ich.listing import answers_of, is_sound, table_rows
from bleedmap.datasets.scan_labels import of_scan, subtypes_of_scan
from bleedmap.datasets.sources import Source
from bleedmap.datasets.tables import Row, by_key
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import nifti_orientation, read_mask, read_nifti


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
    rows = table_rows(spec).get(source.name, [])
    subtypes = _subtypes(rows, len(volume.hu))[_file_slices(path, len(volume.hu))]
    labels = subtypes.max(axis=1)  # -1 throughout where unknown
    # which number marks blood is not promised
    truth = None if mask is None else (read_mask(mask, volume) > 0).astype(np.uint8)
    return [
        Scan(
            source.id,
            source.id,
            volume,
            labels,
            truth,
            subtypes=subtypes,
            scan_label=of_scan(labels),
            scan_subtypes=subtypes_of_scan(subtypes),
        )
    ]


def _subtypes(rows: Sequence[Row], slices: int) -> NDArray[np.int8]:
    """(slices, 5) in the order of the file, -1 throughout for a slice without rows or with contradicting ones."""
    table = np.full((slices, len(SUBTYPES)), UNKNOWN_LABEL, dtype=np.int8)
    for number, group in by_key(rows, "SliceNumber").items():
        if not (number.isdecimal() and 1 <= int(number) <= slices):
            raise ScanError(
                "label-slice",
                found="a row for a slice that the scan does not have",
                expected=f"slice numbers from 1 to {slices}",
                remedy="correct the table, or fetch the whole scan",
            )
        answers = {answers_of(row) for row in group}
        first = next(iter(answers))
        if len(answers) == 1 and is_sound(first):
            table[int(number) - 1] = first[:-1]
    return table


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
