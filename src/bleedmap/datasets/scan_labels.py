"""What is known about the slices of one scan, from the rows of a label table."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.labels import contradiction, row_values
from bleedmap.datasets.tables import VALUES, Row


@dataclass(frozen=True)
class ScanLabels:
    """Labels of a scan; 1 bleed, 0 none, -1 unknown.

    Args:
        labels: (slices,) int8.
        subtypes: (slices, 5) int8 in the order of ``SUBTYPES``; None where nobody said.
        scan_label: whether any slice bleeds.
    """

    labels: NDArray[np.int8]
    subtypes: NDArray[np.int8] | None
    scan_label: int


def scan_labels(rows: Iterable[tuple[Row, int | None]], slices: int) -> ScanLabels:
    """Labels of one scan.

    A scan without hemorrhage has none on any slice; one with hemorrhage leaves its slices unknown.

    Args:
        rows: rows of the table, each with the index of its slice from the foot, or None where it is about the scan.
        slices: number of slices.

    Raises:
        ScanError: ``label-value``, or ``label-contradiction`` where rows do not agree.
    """
    whole = np.full(len(VALUES), UNKNOWN_LABEL, dtype=np.int8)
    board = np.full((slices, len(VALUES)), UNKNOWN_LABEL, dtype=np.int8)
    names_subtypes = False
    for row, index in rows:
        _write(whole if index is None else board[index], row_values(row))
        names_subtypes |= any(row.get(name) for name in SUBTYPES)
    for column, value in zip(board.T, whole, strict=True):
        if value == 0:
            _write(column, np.zeros(slices, dtype=np.int8))
        if value == 1 and (column == 0).all():
            raise contradiction()
    labels = board[:, 0]
    return ScanLabels(labels, board[:, 1:] if names_subtypes else None, of_scan(labels, int(whole[0])))


def of_scan(labels: NDArray[np.int8], said: int = UNKNOWN_LABEL) -> int:
    """Whether a scan bleeds: as its slices tell where one bleeds or all are known, else as said."""
    if (labels == 1).any():
        return 1
    return 0 if (labels == 0).all() else said


def _write(place: NDArray[np.int8], values: NDArray[np.int8]) -> None:
    """Fill in what is known, unless something else stands there already."""
    known = values != UNKNOWN_LABEL
    if (known & (place != UNKNOWN_LABEL) & (place != values)).any():
        raise contradiction()
    place[known] = values[known]
