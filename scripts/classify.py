"""Probabilities of a trained classifier for every slice of a data set."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.classifiers.classify_scan import classify_shards
from bleedmap.classifiers.load import load_classifier
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.provenance.tables import write_table


def main(
    model: Annotated[Path, "trained classifier, safetensors"],
    slices: Annotated[list[Path], "slice stores of all shards"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "table of a probability a slice and class to write"],
    dataset: Annotated[str | None, "name of the data set, for a classifier with windows for it"] = None,
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    write_table(classify_shards(load_classifier(model, dataset), slices), out)


if __name__ == "__main__":
    run(main)
