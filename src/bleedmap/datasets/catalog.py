"""The whole data set from its shards' tables."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bleedmap.errors import TableError
from bleedmap.provenance.tables import read_table


def join_scans(scans: Sequence[Path], rejected: Sequence[Path], refused: Sequence[Path] = ()) -> pd.DataFrame:
    """Usable scans of all shards, sorted by scan.

    Args:
        scans: a table of scans that were read a shard.
        rejected: a table of refused inputs a shard, which say why there is none.
        refused: a table a shard of scans that were read, but could not be brought to the working grid.

    Raises:
        TableError: not one scan is usable.
    """
    table = _joined(scans)
    if refused:
        table = table[~table["scan"].isin(_joined(refused)["scan"])].reset_index(drop=True)
    if table.empty:
        codes = join_refused([*rejected, *refused])["code"]
        raise TableError(
            "nothing-usable",
            found=f"no usable scan among {len(codes)} ({', '.join(sorted(set(codes))) or 'none was found'})",
            expected="at least one",
            remedy="look up the reasons in the shards' rejected.csv",
        )
    return table


def join_refused(rejected: Sequence[Path]) -> pd.DataFrame:
    """Refused inputs of all shards, sorted by scan and code."""
    return _joined(rejected)


def with_brain_flags(scans: pd.DataFrame, flags: Sequence[Path]) -> pd.DataFrame:
    """Scans with the volume of their brain mask in mL and its flags beside those of the ingestion.

    Args:
        scans: what ``join_scans`` gave.
        flags: a table of ``scan, brain_ml, flags`` a shard.
    """
    brains = _joined(flags).set_index("scan").reindex(scans["scan"]).reset_index()
    both = scans["flags"].fillna("").str.cat(brains["flags"].fillna(""), sep=" ").str.strip()
    return scans.assign(brain_ml=brains["brain_ml"], flags=both)


def _joined(files: Sequence[Path]) -> pd.DataFrame:
    tables = [read_table(file) for file in files]
    filled = [table for table in tables if not table.empty] or tables[:1]
    columns = [name for name in ("scan", "code") if name in tables[0].columns]
    return pd.concat(filled, ignore_index=True).sort_values(columns, kind="stable", ignore_index=True)
