"""Deal the subjects of the training data set out to folds."""

from pathlib import Path

from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.datasets.catalog import join_scans
from bleedmap.provenance.tables import write_table
from bleedmap.training.folds import make_folds


def main(scans: list[Path], rejected: list[Path], spec: str, seed: int, out: Path) -> None:
    write_table(make_folds(join_scans(scans, rejected), FoldSpec.from_json(spec), seed), out)


if __name__ == "__main__":
    run(main)
