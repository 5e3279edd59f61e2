"""Choose values that act after a segmenter's training on the tuning subjects of one fold."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.searches import Search
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.segmenters.segmenter import load_segmenter
from bleedmap.splits.roles import read_roles
from bleedmap.tuning.tune_segmenter import tune_segmenter
from bleedmap.tuning.tuned import write_tuned


def main(
    model: Annotated[Path, "trained segmenter, safetensors"],
    slices: Annotated[list[Path], "slice stores of all shards"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the segmenter, JSON"],
    searches: Annotated[str, "values to choose from by key, JSON"],
    tuning: Annotated[str, "how to search, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "config with the chosen values to write, JSON; the curve goes beside it"],
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    tuned = tune_segmenter(
        read_spec(AnySegmenter, spec),
        read_spec(dict[str, Search], searches),
        TuningSpec.from_json(tuning),
        model=load_segmenter(model),
        slices=slices,
        roles=read_roles(split, fold),
    )
    write_tuned(tuned, out)


if __name__ == "__main__":
    run(main)
