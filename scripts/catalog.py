"""Join the tables of a data set's shards: scans.csv and rejected.csv."""

from pathlib import Path

from bleedmap.console import run, say
from bleedmap.datasets.catalog import join_shards
from bleedmap.provenance.tables import write_table


def main(scans: list[Path], rejected: list[Path], out_scans: Path, out_rejected: Path) -> None:
    table, refused = join_shards(scans, rejected)
    write_table(refused, out_rejected)
    write_table(table, out_scans)
    say(f"{len(table)} scans, {len(refused)} refused")


if __name__ == "__main__":
    run(main)
