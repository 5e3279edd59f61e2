"""A training as a user starts it, in a process of its own that a test may kill."""

import fcntl
import os
import sys
from pathlib import Path
from typing import Annotated

import torch

from bleedmap.classifiers import backbone  # noqa: F401  a process that is forked from one with all imports starts at once
from bleedmap.classifiers.train import train_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.console import run
from bleedmap.splits.roles import read_roles
from bleedmap.training import together
from bleedmap.training.outputs import write_training
from bleedmap.training.processes import in_processes
from bleedmap.training.resume import Resume

EPOCHS = 16
SPEC = ClassifierSpec(
    backbone="test_resnet",
    stride=8,
    training=TrainingSpec(epochs=EPOCHS, patience=EPOCHS, batch=4, collapse_auroc=None),
)


def main(
    slices: Annotated[Path, "slice store"],
    out: Annotated[Path, "model to write"],
    processes: Annotated[int, "that share the training"] = 1,
) -> None:
    """Train on the slice store's split file, ``split.csv`` beside the model's folder."""
    split = out.parent.parent / "split.csv"
    data = [slices, split]

    def train() -> None:
        # held until this process ends, however it does
        with (split.parent / f"process-{together.rank()}").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            held.write(str(os.getpid()))
            held.flush()
            resume = Resume.of(out, spec=SPEC.to_json(), code="abc", data=data, seed=1, threads=1, fold=0)
            trained, _ = train_classifier(SPEC, [slices], read_roles(split, 0), seed=1, threads=1, resume=resume)
            write_training(out, trained, SPEC, code="abc", data=data, seed=1)
            resume.clear()

    in_processes(train, processes)


def begin(arguments: list[str], log: Path) -> None:
    """Run it as a program with a process group and a log of its own."""
    os.setsid()
    file = log.open("w", buffering=1)
    os.dup2(file.fileno(), 1)
    os.dup2(file.fileno(), 2)
    sys.argv[1:] = arguments
    torch.set_num_threads(1)
    run(main)
