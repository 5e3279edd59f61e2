"""Deal the subjects of the training data set out to folds."""

from pathlib import Path

from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.provenance.tables import read_table, write_table
from bleedmap.training.folds import make_folds


def main(scans: Path, spec: str, seed: int, out: Path) -> None:
    table = read_table(scans)
    write_table(make_folds(table, FoldSpec.from_json(spec), seed), out)


if __name__ == "__main__":
    run(main)
