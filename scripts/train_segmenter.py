"""Train a segmenter on the masks that an earlier stage made for one fold's training scans."""

from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.segmenters.train import train_segmenter
from bleedmap.splits.roles import read_roles
from bleedmap.training.outputs import write_training
from bleedmap.training.processes import in_processes
from bleedmap.training.resume import Resume


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    masks: Annotated[list[Path], "mask stores of all shards, in the order of --slices"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the segmenter, JSON"],
    seed: Annotated[int, "seed of weights, order, patches and augmentation"],
    code: Annotated[str, "digest of the code, for the manifest"],
    threads: Annotated[int, "CPU threads of all processes; the same number gives the same bytes"],
    out: Annotated[Path, "trained network to write, safetensors; the rest goes beside it"],
    seen: Annotated[
        str, "digests of what scans go through before the network sees them, JSON, for the manifest"
    ] = "{}",
) -> None:
    settings: AnySegmenter = read_spec(AnySegmenter, spec)
    take_gpus(settings.processes)
    data = [*slices, *masks, split]

    def train() -> None:
        resume = Resume.of(out, spec=spec, code=code, data=data, seed=seed, threads=threads, fold=fold)
        trained = train_segmenter(
            settings, slices, masks, read_roles(split, fold), seed=seed, threads=threads, resume=resume
        )
        write_training(out, trained, settings, code=code, data=data, seed=seed, seen=seen)
        resume.clear()

    in_processes(train, settings.processes)


if __name__ == "__main__":
    run(main)
