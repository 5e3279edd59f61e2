"""Join the tables of a data set's shards: scans.csv, with the flags of the brain masks, and rejected.csv."""

from pathlib import Path

from bleedmap.console import run, say
from bleedmap.datasets.catalog import join_refused, join_scans, with_brain_flags
from bleedmap.provenance.tables import write_table


def main(scans: list[Path], rejected: list[Path], flags: list[Path], out_scans: Path, out_rejected: Path) -> None:
    refused = join_refused(rejected)
    write_table(refused, out_rejected)
    table = with_brain_flags(join_scans(scans, rejected), flags)
    write_table(table, out_scans)
    flagged = int((table["flags"] != "").sum())
    say(f"{len(table)} scans, {flagged} of them flagged, {len(refused)} inputs refused")


if __name__ == "__main__":
    run(main)
