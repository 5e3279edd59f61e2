"""Choose values of a mask method on the tuning subjects of one fold."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.masks import AnyMask
from bleedmap.config.searches import read_searches
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import run
from bleedmap.splits.roles import read_roles
from bleedmap.tuning.outputs import write_tuned
from bleedmap.tuning.tune_mask import tune_mask


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the mask method, JSON"],
    searches: Annotated[str, "values to choose from by key, JSON"],
    tuning: Annotated[str, "how to search, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "config with the chosen values to write, JSON"],
    curve: Annotated[Path, "table of a score a candidate to write"],
    picture: Annotated[Path, "its picture to write"],
    maps: Annotated[list[Path] | None, "saliency maps of all shards, in the order of --slices"] = None,
    model: Annotated[Path | None, "classifier that was explained, safetensors"] = None,
    scores: Annotated[Path | None, "its probabilities of every slice"] = None,
    operating_point: Annotated[Path | None, "its operating points, JSON"] = None,
) -> None:
    torch.set_num_threads(threads)


if __name__ == "__main__":
    run(main)
