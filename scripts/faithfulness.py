"""How far a classifier's saliency maps show what it goes by, on bleeding test slices of one fold."""

from pathlib import Path
from typing import Annotated

import torch

from bleedmap.classifiers.load import load_classifier
from bleedmap.components import read_spec
from bleedmap.config.faithfulness import FaithfulnessSpec
from bleedmap.config.saliency import AnySaliency
from bleedmap.console import run
from bleedmap.faithfulness.measure_shards import Shard, measure_shards
from bleedmap.gpus import take_gpus
from bleedmap.scoring.table import RowLabels, write
from bleedmap.splits.roles import read_roles


def main(
    model: Annotated[Path, "trained classifier, safetensors"],
    volumes: Annotated[list[Path], "archives of scans, one a shard"],
    slices: Annotated[list[Path], "slice stores, in the order of --volumes"],
    maps: Annotated[list[Path], "saliency maps of the classifier, in the order of --volumes"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    saliency: Annotated[str, "config of the saliency method, JSON"],
    spec: Annotated[str, "how to measure, JSON"],
    dataset: Annotated[str, "name of the data set"],
    seed: Annotated[int, "seed of the choice of slices and of shuffled weights"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "table of scores to write; its rows name no method, for several share it"],
) -> None:
    take_gpus()
    torch.set_num_threads(threads)
    scores = measure_shards(
        [Shard(*files) for files in zip(volumes, slices, maps, strict=True)],
        read_roles(split, fold),
        FaithfulnessSpec.from_json(spec),
        read_spec(AnySaliency, saliency),
        load_classifier(model, dataset),
        RowLabels(dataset=dataset, method="", fold=fold),
        seed=seed,
    )
    write(scores, out)


if __name__ == "__main__":
    run(main)
