"""Train a slice classifier on one fold's training slices and choose its operating point on the validation slices."""

from pathlib import Path

from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.training.outputs import only_the_first_process_goes_on, write_training
from bleedmap.training.resume import Resume


def main(
    slices: list[Path],
    folds: Path,
    fold: int,
    fold_spec: str,
    spec: str,
    seed: int,
    code: str,
    threads: int,
    out: Path,
    start: Path | None = None,
) -> None:
    settings = ClassifierSpec.from_json(spec)
    count = FoldSpec.from_json(fold_spec).count
    sequence = out.parent / "sequence.safetensors"
    data = [*slices, folds, *([start] if start else [])]
    resume = Resume.of(out, spec=spec, code=code, data=data, seed=seed, threads=threads, fold=fold, count=count)
    trained, point = train_classifier(
        settings, slices, folds, fold, count, seed=seed, threads=threads, start=start, sequence=sequence, resume=resume
    )
    only_the_first_process_goes_on()
    if settings.context is None:
        # of an earlier config, with context
        sequence.unlink(missing_ok=True)
    point.write(out.parent / "operating_point.json")
    write_training(out, trained, settings, code=code, data=data, seed=seed)
    resume.clear()


if __name__ == "__main__":
    run(main)
