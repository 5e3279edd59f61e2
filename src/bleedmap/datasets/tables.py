"""Tables of users and data sets: CSV read into plain rows, checked column by column; costs no heavy import."""

import csv
import io
import stat
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

    A line of empty cells is no row: spreadsheets save such lines below a table.

    Args:
        path: the table.
        columns: columns that it must have.
        any_of: columns of which it must have at least one.
        lower: whether the columns may be written in capitals.

    Raises:
        TableError: the file is not there, cannot be read now, is too large, is no CSV in UTF-8, lacks a column, or has
            one twice.
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
            lines = [[value.strip() for value in line] for line in csv.reader(file)]
    except (UnicodeDecodeError, csv.Error):
        raise TableError(
            "unreadable-table",
            found="a table that is no CSV text in UTF-8",
            expected="comma-separated values in UTF-8",
            remedy="save the table again as CSV in UTF-8",
        ) from None
    filled = [line for line in lines if any(line)]
    header = [name.lower() if lower else name for name in filled[0]] if filled else []
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
    refuse_repeats(header)
    # a line that ends early leaves its last columns empty
    return [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in filled[1:]]


def refuse_repeats(header: Sequence[str]) -> None:
    """See that no column is there twice, for nobody knows which of the two is meant.

    Raises:
        TableError: ``repeated-column``.
    """
    names = [name for name in header if name]
    if len(names) > len(set(names)):
        raise TableError(
            "repeated-column",
            found="a table that has a column more than once",
            expected="each column once",
            remedy="take out or rename one of the two",
        )


def read_names(path: Path) -> list[str]:
    """Names of a list, one a line, perhaps saved by a spreadsheet: empty cells around them and empty lines are none.

    Raises:
        OSError: the list cannot be read.
        ValueError: it is no text in UTF-8, or a line has several cells.
    """
    state = path.stat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST_BYTES:
        msg = f"no plain file of at most {LARGEST_BYTES // 10**6} MB"
        raise ValueError(msg)
    with path.open(newline="", encoding="utf-8-sig") as file:
        try:
            lines = [[cell.strip() for cell in line if cell.strip()] for line in csv.reader(file)]
        except csv.Error as error:
            raise ValueError(str(error)) from None
    if any(len(line) > 1 for line in lines):
        msg = "several cells in a line"
        raise ValueError(msg)
    return [line[0] for line in lines if line]


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
