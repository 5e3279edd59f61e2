"""Score every slice of a data set with a trained classifier."""

from pathlib import Path

import torch

from bleedmap.classifiers.score_slices import score_slices
from bleedmap.classifiers.slice_classifier import load_classifier
from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.provenance.tables import write_table


def main(model: Path, slices: list[Path], folds: Path, fold: int, fold_spec: str, threads: int, out: Path) -> None:
    torch.set_num_threads(threads)
    count = FoldSpec.from_json(fold_spec).count
    write_table(score_slices(load_classifier(model), slices, folds, fold, count), out)


if __name__ == "__main__":
    run(main)
