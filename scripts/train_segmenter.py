"""Train a segmenter on the masks that an earlier stage made for one fold's training scans."""

from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.segmenters import AnySegmenter
from bleedmap.console import run
from bleedmap.segmenters.train import train_segmenter
from bleedmap.splits.roles import read_roles
from bleedmap.training.outputs import only_the_first_process_goes_on, write_training
from bleedmap.training.resume import Resume


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    masks: Annotated[list[Path], "mask stores of all shards, in the order of --slices"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the segmenter, JSON"],
    seed: Annotated[int, "seed of weights, order, patches and augmentation"],
    code: Annotated[str, "digest of the code, for the manifest"],
    threads: Annotated[int, "CPU threads; the same number gives the same bytes"],
    out: Annotated[Path, "trained network to write, safetensors; the rest goes beside it"],
    seen: Annotated[
        str, "digests of what scans go through before the network sees them, JSON, for the manifest"
    ] = "{}",
) -> None:
    settings: AnySegmenter = read_spec(AnySegmenter, spec)
    data = [*slices, *masks, split]
    resume = Resume.of(out, spec=spec, code=code, data=data, seed=seed, threads=threads, fold=fold)
    trained = train_segmenter(
        settings, slices, masks, read_roles(split, fold), seed=seed, threads=threads, resume=resume
    )
    only_the_first_process_goes_on()
    write_training(out, trained, settings, code=code, data=data, seed=seed, seen=seen)
    resume.clear()


if __name__ == "__main__":
    run(main)
