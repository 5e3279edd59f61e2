"""Train a segmenter on the masks that an earlier stage made for one fold's training scans."""

from pathlib import Path

from pydantic import TypeAdapter

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.segmenters.train import train_segmenter
from bleedmap.training.outputs import only_the_first_process_goes_on, write_training
from bleedmap.training.resume import Resume


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
    data = [*slices, *masks, folds]
    resume = Resume.of(out, spec=spec, code=code, data=data, seed=seed, threads=threads, fold=fold, count=count)
    trained = train_segmenter(settings, slices, masks, folds, fold, count, seed=seed, threads=threads, resume=resume)
    only_the_first_process_goes_on()
    write_training(out, trained, settings, code=code, data=data, seed=seed)
    resume.clear()


if __name__ == "__main__":
    run(main)
