"""Tables as CSV files with the same bytes for the same content."""

import csv
import re
from pathlib import Path
from typing import Literal

import pandas as pd

from bleedmap.provenance.atomic import atomic_path

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # as OWASP lists them; apostrophes before one come back


def write_table(table: pd.DataFrame, path: Path, *, private: bool = False) -> None:
    """Write a table: nine significant digits (a float32 in full), Unix line ends, no index.

    Args:
        table: what to write.
        path: CSV file.
        private: whether only the owner may read it. It may hold names that nobody has chosen for a spreadsheet, which
            are written so that none takes them for a formula; ``undefused`` gives them back.
    """
    has_returns = False
    if private:
        texts = table.select_dtypes(exclude="number")
        table = table.assign(**{name: texts[name].map(defused) for name in texts.columns})
        has_returns = bool(texts.map(lambda cell: "\r" in str(cell)).any(axis=None))
    # a bare carriage return would begin a new line, and perhaps a formula
    quoting: Literal[0, 1] = csv.QUOTE_ALL if has_returns else csv.QUOTE_MINIMAL
    with atomic_path(path, private=private) as temporary:
        table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n", quoting=quoting)


def defused(cell: object) -> object:
    """A text that a spreadsheet would calculate, with an apostrophe before it (OWASP, CSV injection); else the cell."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def undefused(cell: str) -> str:
    """What ``defused`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read_table(path: Path) -> pd.DataFrame:
    """Read a table; scans and subjects keep names such as ``007`` and ``NA``."""
    names = {"scan": str, "subject": str}
    return pd.read_csv(path, dtype=names, keep_default_na=False, na_values=[""])
