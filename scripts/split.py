"""Deal the subjects of a data set out: which role each has in every fold of a split."""

from pathlib import Path
from typing import Annotated

from bleedmap.config.splits import SplitSpec
from bleedmap.console import run
from bleedmap.datasets.catalog import join_scans
from bleedmap.provenance.tables import write_table
from bleedmap.splits.deal import deal
from bleedmap.splits.exclude import without_excluded


def main(
    scans: Annotated[list[Path], "tables of the data set's scans, one a shard"],
    rejected: Annotated[list[Path], "tables of its refused inputs, one a shard"],
    spec: Annotated[str, "config of the split, JSON"],
    name: Annotated[str, "name of the split"],
    seed: Annotated[int, "seed of the deal"],
    out: Annotated[Path, "table of subject, fold and role to write"],
    learnt: Annotated[list[Path] | None, "tables of scans of other data sets that scored networks learn on"] = None,
    excluded: Annotated[list[Path] | None, "lists of subjects that take no part, as the config names them"] = None,
) -> None:
    settings = SplitSpec.from_json(spec)
    table = without_excluded(join_scans(scans, rejected), settings, name, learnt or [])
    write_table(deal(table, settings, seed), out)


if __name__ == "__main__":
    run(main)
