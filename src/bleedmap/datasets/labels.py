"""Slice-label tables: CSV, checked column by column, joined to slices by index, file name or SOP instance UID."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError, TableError

UNKNOWN = -1
Row = Mapping[str, str]


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """Rows of a CSV file; blanks around column names are dropped (the head CT set's header has one).

    Raises:
        TableError: the file is not there, is no CSV in UTF-8, or lacks a column.
    """
    if not path.is_file():
        raise TableError(
            "no-table",
            found="no file where the config says a table is",
            expected="a CSV file",
            remedy="correct its path",
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [[value.strip() for value in line] for line in csv.reader(file) if line]
    except (UnicodeDecodeError, csv.Error):
        raise TableError(
            "unreadable-table",
            found="a table that is no CSV text in UTF-8",
            expected="comma-separated values in UTF-8",
            remedy="save the table again as CSV in UTF-8",
        ) from None
    header = lines[0] if lines else []
    # a line that ends early leaves its last columns empty
    rows: list[Row] = [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in lines[1:]]
    missing = [name for name in columns if name not in header]
    if missing:
        raise TableError(
            "missing-column",
            found=f"columns {', '.join(header) or '(none)'}",
            expected=f"also {', '.join(missing)}",
            remedy="rename or add the column",
        )
    return rows


def by_key(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    """Rows grouped by the value of a column."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def binary(value: str) -> int:
    """0 or 1 from a table.

    Raises:
        ScanError: anything else.
    """
    if value not in ("0", "1"):
        raise ScanError(
            "label-value", found="a label that is neither 0 nor 1", expected="0 or 1", remedy="correct the label table"
        )
    return int(value)


def slice_labels(rows: Sequence[Row], keys: Sequence[Sequence[str]], slices: int) -> NDArray[np.int8]:
    """Labels of one scan's slices.

    Args:
        rows: rows with ``slice`` and ``hemorrhage``.
        keys: lists of names by which a row may call the slices, each in slice order (UIDs, file names).
        slices: number of slices; a plain number in the table is the 0-based index from the foot.

    Returns:
        (slices,) int8: 1 bleed, 0 none, -1 where the table says nothing.

    Raises:
        ScanError: a label that is not 0 or 1, or a slice that the scan does not have.
    """
    names = {str(index): index for index in range(slices)}
    for key in keys:
        names |= {name: index for index, name in enumerate(key)}
    labels = np.full(slices, UNKNOWN, dtype=np.int8)
    for row in rows:
        index = names.get(row["slice"])
        if index is None:
            raise ScanError(
                "label-slice",
                found="a label for a slice that the scan does not have",
                expected=f"an index from 0 to {slices - 1}, a file name or a SOP instance UID of the scan",
                remedy="correct the label table, or add the missing slice",
            )
        labels[index] = binary(row["hemorrhage"])
    return labels
