"""Join the tables of a data set's shards: scans.csv, with the flags of the brain masks, and rejected.csv."""

from pathlib import Path
from typing import Annotated

from bleedmap.console import run, say
from bleedmap.datasets.catalog import join_refused, join_scans, with_brain_flags
from bleedmap.provenance.tables import write_table


def main(
    scans: Annotated[list[Path], "tables of scans, one a shard"],
    rejected: Annotated[list[Path], "tables of refused inputs, one a shard"],
    refused: Annotated[list[Path], "tables of scans that cannot be brought to the working grid, one a shard"],
    flags: Annotated[list[Path], "tables of what looks wrong with brain masks, one a shard"],
    out_scans: Annotated[Path, "table of scans to write"],
    out_rejected: Annotated[Path, "table of refused inputs to write"],
) -> None:
    reasons = join_refused([*rejected, *refused])
    write_table(reasons, out_rejected)
    table = with_brain_flags(join_scans(scans, rejected, refused), flags)
    write_table(table, out_scans)
    flagged = int((table["flags"] != "").sum())
    say(f"{len(table)} scans, {flagged} of them flagged, {len(reasons)} inputs refused")


if __name__ == "__main__":
    run(main)
