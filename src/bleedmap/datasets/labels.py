"""Label tables: CSV, checked column by column, one row a slice or a scan."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError, TableError
from bleedmap.volumes.ct_volume import SUBTYPES

UNKNOWN = -1
VALUES = ("hemorrhage", *SUBTYPES)
Row = Mapping[str, str]


def read_rows(path: Path, columns: Sequence[str], any_of: Sequence[str] = (), *, lower: bool = False) -> list[Row]:
    """Rows of a CSV file; blanks around column names are dropped (the head CT set's header has one).

    Args:
        path: the table.
        columns: columns that it must have.
        any_of: columns of which it must have at least one.
        lower: whether the columns may be written in capitals.

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
    header = [name.lower() if lower else name for name in lines[0]] if lines else []
    missing = [name for name in columns if name not in header]
    if any_of and not set(any_of) & set(header):
        missing.append(" or ".join(any_of))
    if missing:
        # the columns that are there stay untold: a table without header starts with a patient
        raise TableError(
            "missing-column",
            found=f"a table of {len(header)} columns without {', '.join(missing)}",
            expected="a first line with the names of the columns, separated by commas",
            remedy="rename or add the column",
        )
    # a line that ends early leaves its last columns empty
    return [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in lines[1:]]


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


def row_values(row: Row) -> NDArray[np.int8]:
    """What one row says about hemorrhage and about each subtype.

    A subtype implies hemorrhage, and no hemorrhage means none of the subtypes; an empty cell says nothing.

    Args:
        row: with ``hemorrhage`` or any of the subtypes.

    Returns:
        (6,) int8 in the order of ``VALUES``: 1 bleed, 0 none, -1 not said.

    Raises:
        ScanError: ``label-value`` for a cell other than 0 and 1 and for a row that says nothing;
            ``label-contradiction`` for a subtype without hemorrhage.
    """
    if not any(row.get(name) for name in VALUES):
        binary("")
    values = np.array([binary(row[name]) if row.get(name) else UNKNOWN for name in VALUES], dtype=np.int8)
    subtypes = values[1:]
    if values[0] == 0:
        if (subtypes == 1).any():
            raise contradiction()
        subtypes[:] = 0
    elif values[0] == UNKNOWN and (subtypes != UNKNOWN).any():
        values[0] = 1 if (subtypes == 1).any() else 0 if (subtypes == 0).all() else UNKNOWN
    return values


def contradiction() -> ScanError:
    """The fault of rows that do not agree."""
    return ScanError(
        "label-contradiction",
        found="labels of one scan that contradict each other",
        expected="no subtype and no bleeding slice where hemorrhage is 0, and the same label wherever it is repeated",
        remedy="correct the label table",
    )
