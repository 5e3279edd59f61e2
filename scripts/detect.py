"""Points of one shard of slices in one fold: where a bleed is, without its outline."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.detectors import AnyDetector
from bleedmap.console import run
from bleedmap.detectors.detect_shard import detect_shard
from bleedmap.masks.map_inputs import read_inputs
from bleedmap.provenance.tables import write_table
from bleedmap.splits.roles import read_roles


def main(
    slices: Annotated[Path, "slice store"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the detector, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "table of points to write"],
    maps: Annotated[Path, "saliency maps of the shard"],
    model: Annotated[Path, "classifier that was explained, safetensors"],
    scores: Annotated[Path, "its probabilities of every slice"],
    operating_point: Annotated[Path, "its operating points, JSON"],
) -> None:
    torch.set_num_threads(threads)
    inputs = read_inputs(maps, model, scores, operating_point)
    write_table(detect_shard(read_spec(AnyDetector, spec), slices, inputs, read_roles(split, fold)), out)


if __name__ == "__main__":
    run(main)
