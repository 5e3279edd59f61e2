"""Predict masks of one shard's test scans in one fold with a trained segmenter."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import load_segmenter
from bleedmap.splits.roles import read_roles


def main(
    model: Annotated[Path, "trained segmenter, safetensors"],
    slices: Annotated[Path, "slice store"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the segmenter, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "store of predictions to write"],
    tuned: Annotated[Path | None, "config of the segmenter with the values chosen in this fold, JSON"] = None,
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    settings = read_spec(AnySegmenter, spec, tuned)
    segment_shard(load_segmenter(model), settings, slices, read_roles(split, fold), out)


if __name__ == "__main__":
    run(main)
