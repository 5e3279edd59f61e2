"""Choose values of a mask method on the tuning subjects of one fold."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch

from bleedmap.components import read_spec
from bleedmap.config.masks import AnyMask
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.masks.map_inputs import MapInputs, read_inputs
from bleedmap.splits.roles import read_roles
from bleedmap.tuning.tune_mask import tune_mask
from bleedmap.tuning.tuned import write_tuned


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the mask method, JSON"],
    searches: Annotated[str, "values to choose from by key, JSON"],
    tuning: Annotated[str, "how to search, JSON"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "config with the chosen values to write, JSON; the curve goes beside it"],
    maps: Annotated[list[Path] | None, "saliency maps of all shards, in the order of --slices"] = None,
    model: Annotated[Path | None, "classifier that was explained, safetensors"] = None,
    scores: Annotated[Path | None, "its probabilities of every slice"] = None,
    operating_point: Annotated[Path | None, "its operating points, JSON"] = None,
    dataset: Annotated[str | None, "name of the data set, for a classifier with windows for it"] = None,
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    tuned = tune_mask(
        read_spec(AnyMask, spec),
        read_spec(dict[str, Search], searches),
        TuningSpec.from_json(tuning),
        slices=slices,
        inputs=_inputs(slices, maps, model, scores, operating_point, dataset),
        roles=read_roles(split, fold),
    )
    write_tuned(tuned, out)


def _inputs(
    slices: list[Path],
    maps: list[Path] | None,
    model: Path | None,
    scores: Path | None,
    operating_point: Path | None,
    dataset: str | None,
) -> list[MapInputs] | None:
    """One a shard, all with one classifier."""
    first = read_inputs(slices, maps[0] if maps else None, model, scores, operating_point, dataset)
    return [replace(first, maps=file) for file in maps] if first and maps else None


if __name__ == "__main__":
    run(main)
