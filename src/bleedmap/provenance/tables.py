"""Tables as CSV files with the same bytes for the same content."""

from pathlib import Path

import pandas as pd

from bleedmap.provenance.atomic import atomic_path


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table: six significant digits, Unix line ends, no index."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")


def write_private(table: pd.DataFrame, path: Path) -> None:
    """Write a table that only the user may read."""
    write_table(table, path)
    path.chmod(0o600)
