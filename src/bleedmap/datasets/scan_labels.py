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
        scan_subtypes: (5,) int8, whether any slice has the subtype; None where nobody said.
    """

    labels: NDArray[np.int8]
    subtypes: NDArray[np.int8] | None
    scan_label: int
    scan_subtypes: NDArray[np.int8] | None = None


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
        fill_in(whole if index is None else board[index], row_values(row))
        names_subtypes |= any(row.get(name) for name in SUBTYPES)
    for column, value in zip(board.T, whole, strict=True):
        if value == 0:
            fill_in(column, np.zeros(slices, dtype=np.int8))
        if value == 1 and (column == 0).all():
            raise contradiction()
    labels, subtypes = board[:, 0], board[:, 1:] if names_subtypes else None
    return ScanLabels(labels, subtypes, of_scan(labels, int(whole[0])), subtypes_of_scan(subtypes, whole[1:]))


def of_scan(labels: NDArray[np.int8], said: int = UNKNOWN_LABEL) -> int:
    """Whether a scan bleeds: as its slices tell where one bleeds or all are known, else as said."""
    if (labels == 1).any():
        return 1
    return 0 if (labels == 0).all() else said


def subtypes_of_scan(
    subtypes: NDArray[np.int8] | None, said: NDArray[np.int8] | None = None
) -> NDArray[np.int8] | None:
    """``of_scan`` for each subtype.

    Args:
        subtypes: (slices, 5) int8; None where nobody said anything of subtypes.
        said: (5,) int8, what was said about the scan; None for nothing.

    Returns:
        (5,) int8, 1 somewhere, 0 nowhere, -1 unknown; None where nobody said.
    """
    if subtypes is None:
        return None
    of_whole = np.full(subtypes.shape[1], UNKNOWN_LABEL) if said is None else said
    found = [of_scan(column, int(value)) for column, value in zip(subtypes.T, of_whole, strict=True)]
    return np.array(found, dtype=np.int8)


def fill_in(place: NDArray[np.int8], values: NDArray[np.int8]) -> None:
    """Write what is known into a place of the same shape where nothing is.

    Raises:
        ScanError: ``label-contradiction`` where something else stands there already.
    """
    known = values != UNKNOWN_LABEL
    if (known & (place != UNKNOWN_LABEL) & (place != values)).any():
        raise contradiction()
    place[known] = values[known]
