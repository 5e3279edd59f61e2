"""Tables of users and data sets: CSV read into plain rows, checked column by column; costs no heavy import."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bleedmap.constants import SUBTYPES
from bleedmap.errors import ReadError, ScanError, TableError
from bleedmap.volumes.plain_file import open_plain, read_errors

LARGEST_BYTES = 200_000_000  # rows take ten times as much in memory
VALUES = ("hemorrhage", *SUBTYPES)  # columns of a label table
Row = Mapping[str, str]


def read_rows(path: Path, columns: Sequence[str], any_of: Sequence[str] = (), *, lower: bool = False) -> list[Row]:
    """Rows of a CSV file; blanks around column names are dropped (the head CT set's header has one).

    Args:
        path: the table.
        columns: columns that it must have.
        any_of: columns of which it must have at least one.
        lower: whether the columns may be written in capitals.

    Raises:
        TableError: the file is not there, cannot be read now, is too large, is no CSV in UTF-8, or lacks a column.
    """
    if not path.is_file():
        raise TableError(
            "no-table",
            found="no file where the config says a table is",
            expected="a CSV file",
            remedy="correct its path",
        )
    try:
        with open_table(path) as file:
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


@contextmanager
def open_table(path: Path) -> Iterator[TextIO]:
    """Open a table or list, UTF-8 text, line ends as they are.

    Raises:
        TableError: ``no-access`` for what is no plain file, ``too-large``, ``not-read-now``.
    """
    try:
        with open_plain(path) as opened, read_errors():
            if opened.size > LARGEST_BYTES:
                raise _too_large()
            with io.TextIOWrapper(opened, newline="", encoding="utf-8-sig") as text:
                yield text
    except (ReadError, ScanError) as error:
        raise TableError(error.code, error.found, error.expected, error.remedy) from None


def read_text(path: Path) -> str:
    """All of a table or list, as ``open_table``."""
    with open_table(path) as text:
        return text.read()


def _too_large() -> TableError:
    return TableError(
        "too-large",
        found=f"a table or list of more than {LARGEST_BYTES // 10**6} MB",
        expected="a row a slice or a scan",
        remedy="look for a damaged or wrong file; split a data set that is really so large",
    )


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
