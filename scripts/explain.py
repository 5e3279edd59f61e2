"""Saliency maps of a trained classifier over one shard of slices."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.classifiers.load import load_classifier
from bleedmap.components import read_spec
from bleedmap.config.saliency import AnySaliency
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.saliency.explain_shard import explain_shard


def main(
    model: Annotated[Path, "trained classifier, safetensors"],
    slices: Annotated[Path, "slice store"],
    spec: Annotated[str, "config of the saliency method, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "store of maps to write"],
    dataset: Annotated[str | None, "name of the data set, for a classifier with windows for it"] = None,
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    explain_shard(read_spec(AnySaliency, spec), load_classifier(model, dataset), slices, out)


if __name__ == "__main__":
    run(main)
