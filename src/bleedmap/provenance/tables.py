"""Tables as CSV files with the same bytes for the same content."""

from pathlib import Path

import pandas as pd

from bleedmap.provenance.atomic import atomic_path


def write_table(table: pd.DataFrame, path: Path, *, private: bool = False) -> None:
    """Write a table: nine significant digits (a float32 in full), Unix line ends, no index.

    Args:
        table: what to write.
        path: CSV file.
        private: whether only the owner may read it.
    """
    with atomic_path(path, private=private) as temporary:
        table.to_csv(temporary, index=False, float_format="%.9g", lineterminator="\n")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table; scans and subjects keep names such as ``007`` and ``NA``."""
    names = {"scan": str, "subject": str}
    return pd.read_csv(path, dtype=names, keep_default_na=False, na_values=[""])
