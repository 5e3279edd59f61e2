"""The whole data set from its shards' tables."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bleedmap.errors import TableError
from bleedmap.provenance.tables import read_table


def join_shards(scans: Sequence[Path], rejected: Sequence[Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of all shards, sorted by scan.

    Args:
        scans: a table of usable scans a shard.
        rejected: a table of refused ones a shard.

    Raises:
        TableError: not one scan is usable.
    """
    tables = [[read_table(path) for path in paths] for paths in (scans, rejected)]
    good, bad = (pd.concat(parts, ignore_index=True).sort_values("scan", ignore_index=True) for parts in tables)
    if good.empty:
        reasons = ", ".join(sorted(set(bad["code"]))) or "none was found"
        raise TableError(
            "nothing-usable",
            found=f"no usable scan among {len(bad)} ({reasons})",
            expected="at least one",
            remedy="look up the reasons in the shards' rejected.csv",
        )
    return good, bad
