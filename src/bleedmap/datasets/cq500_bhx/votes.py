"""The table of the three readers of CQ500 (``reads.csv``)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bleedmap.constants import SUBTYPES
from bleedmap.datasets.tables import Row, by_key, read_rows

READERS = ("R1", "R2", "R3")
FINDINGS = ("ICH", *(subtype.upper() for subtype in SUBTYPES))


def read_votes(path: Path) -> Mapping[str, Sequence[Row]]:
    """Rows of ``reads.csv`` by the name of the scan, ``CQ500-CT-<n>``.

    Raises:
        TableError: no such table, or a column is missing.
    """
    columns = [f"{reader}:{finding}" for reader in READERS for finding in FINDINGS]
    return by_key(read_rows(path, ["name", *columns]), "name")
