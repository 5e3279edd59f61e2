"""Train a slice classifier on one fold's training slices and choose its operating points on the validation slices."""

from pathlib import Path
from typing import Annotated

from bleedmap.classifiers.train import train_classifier
from bleedmap.components import read_spec
from bleedmap.config.classifiers import AnyClassifier
from bleedmap.console import run
from bleedmap.gpus import take_gpus
from bleedmap.splits.roles import read_roles
from bleedmap.training.outputs import write_training
from bleedmap.training.processes import in_processes
from bleedmap.training.resume import Resume


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the classifier, JSON"],
    seed: Annotated[int, "seed of weights, order and augmentation"],
    code: Annotated[str, "digest of the code, for the manifest"],
    threads: Annotated[int, "CPU threads of all processes; the same number gives the same bytes"],
    out: Annotated[Path, "trained network to write, safetensors; the rest goes beside it"],
    seen: Annotated[
        str, "digests of what scans go through before the network sees them, JSON, for the manifest"
    ] = "{}",
    init_from: Annotated[Path | None, "trained classifier whose weights are taken where they fit"] = None,
    pretrained: Annotated[Path | None, "your own weights that the config names, safetensors"] = None,
    dataset: Annotated[str | None, "name of the data set, for a classifier with windows for it"] = None,
) -> None:
    settings: AnyClassifier = read_spec(AnyClassifier, spec)
    take_gpus(settings.processes)
    sequence = out.parent / "sequence.safetensors"
    data = [*slices, split, *(file for file in (init_from, pretrained) if file)]

    def train() -> None:
        resume = Resume.of(out, spec=spec, code=code, data=data, seed=seed, threads=threads, fold=fold)
        trained, points = train_classifier(
            settings,
            slices,
            read_roles(split, fold),
            seed=seed,
            threads=threads,
            resume=resume,
            init_from=init_from,
            sequence=sequence,
            dataset=dataset,
        )
        if settings.context is None:
            # of an earlier config, with context
            sequence.unlink(missing_ok=True)
        points.write(out.parent / "operating_point.json")
        write_training(out, trained, settings, code=code, data=data, seed=seed, seen=seen)
        resume.clear()

    in_processes(train, settings.processes)


if __name__ == "__main__":
    run(main)
