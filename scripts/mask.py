"""Masks of one shard of slices in one fold: from saliency maps, from HU or from the drawn truth."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.masks import AnyMask
from bleedmap.console import run
from bleedmap.masks.map_inputs import read_inputs
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.provenance.tables import write_table
from bleedmap.splits.roles import read_roles


def main(
    slices: Annotated[Path, "slice store"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the mask method, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "store of masks to write"],
    notes: Annotated[Path, "table of what the method notes slice by slice to write"],
    maps: Annotated[Path | None, "saliency maps of the shard"] = None,
    model: Annotated[Path | None, "classifier that was explained, safetensors"] = None,
    scores: Annotated[Path | None, "its probabilities of every slice"] = None,
    operating_point: Annotated[Path | None, "its operating points, JSON"] = None,
    dataset: Annotated[str | None, "name of the data set, for a classifier with windows for it"] = None,
    tuned: Annotated[Path | None, "config of the method with the values chosen in this fold, JSON"] = None,
) -> None:
    torch.set_num_threads(threads)
    settings = read_spec(AnyMask, spec, tuned)
    inputs = read_inputs([slices], maps, model, scores, operating_point, dataset)
    write_table(mask_shard(settings, slices, inputs, read_roles(split, fold), out), notes)


if __name__ == "__main__":
    run(main)
