"""Train a segmenter on the masks that an earlier stage made for one fold's training scans."""

from pathlib import Path

from pydantic import TypeAdapter

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.segmenters.train import train_segmenter
from bleedmap.training.outputs import write_training


def main(
    slices: list[Path],
    masks: list[Path],
    folds: Path,
    fold: int,
    fold_spec: str,
    spec: str,
    seed: int,
    code: str,
    threads: int,
    out: Path,
) -> None:
    settings: AnySegmenter = TypeAdapter[AnySegmenter](AnySegmenter).validate_json(spec)
    count = FoldSpec.from_json(fold_spec).count
    trained = train_segmenter(settings, slices, masks, folds, fold, count, seed=seed, threads=threads)
    write_training(out, trained, settings, code=code, data=[*slices, *masks, folds], seed=seed)


if __name__ == "__main__":
    run(main)
