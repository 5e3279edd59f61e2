"""Trainings as a user starts them, on made-up data: by their programs, and by Snakemake."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from benchmarks.made_up.random_store import RandomStore
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.segmenters import SegmenterTraining, UNet3dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.paths import Paths

HOUSE = Path(__file__).parents[2]
EPOCHS = 160  # as long again as the programs take to start, and more
TINY = HOUSE / "tests" / "workflow" / "tiny.yaml"
# the row of the tiny workflow that trains both networks, by the names in paths
ROW = {
    "classifier": "tiny",
    "saliency": "cam",
    "mask": "crf",
    "segmenter": "unet3d",
    **dict.fromkeys(("dataset", "split", "learnt", "taught"), "phantom"),
    **dict.fromkeys(("fold", "learnt_fold", "taught_fold"), "0"),
}


@dataclass(frozen=True)
class Network:
    """A training as a user starts it.

    Args:
        name: for the table.
        command: what is run.
        folder: where it leaves its files.
        repair: what else has to be typed after a kill.
        clean: makes the command have everything to do again.
        log: where the training's own words go, if not to the command's.
    """

    name: str
    command: list[str]
    folder: Path
    repair: Callable[[], None] = lambda: None
    clean: Callable[[], None] = lambda: None
    log: Path | None = None


def training_programs(data: RandomStore, folder: Path, epochs: int = EPOCHS) -> list[Network]:
    """The training scripts on made-up data: single slices, slices with an LSTM over their neighbours, and patches.

    Args:
        data: what to train on.
        folder: where models go.
        epochs: epochs of each; the sequence's three phases share them.
    """
    training = TrainingSpec(epochs=epochs, patience=epochs, batch=8, collapse_auroc=None)
    classifier = ClassifierSpec(backbone="test_resnet", stride=8, training=training)
    short = training.model_copy(update={"epochs": epochs // 3})
    context = LstmContext(hidden=8, sequence=4, training=short, refit=short)
    sequence = classifier.model_copy(update={"training": short, "context": context})
    lessons = SegmenterTraining.model_validate(training.model_dump(exclude={"loss"}))
    unet = UNet3dSpec(channels=(4, 8), depth=4, flat_levels=1, residual_units=0, training=lessons)
    masks = ["--masks", *map(str, data.masks)]
    return [
        _program("classifier", "train_classifier", classifier.to_json(), [], data, folder),
        _program("sequence", "train_classifier", sequence.to_json(), [], data, folder / "sequence"),
        _program("3D U-Net", "train_segmenter", unet.to_json(), masks, data, folder),
    ]


def _program(name: str, script: str, spec: str, more: list[str], data: RandomStore, folder: Path) -> Network:
    place = folder / script
    options = {
        "--split": str(data.split),
        "--fold": "0",
        "--spec": spec,
        "--seed": "1",
        "--code": "0" * 16,
        "--threads": "1",
        "--out": str(place / "model.safetensors"),
    }
    command = [sys.executable, "-m", f"scripts.{script}", "--slices", *map(str, data.slices), *more]
    command += [part for option in options.items() for part in option]
    return Network(name, command, place, clean=lambda: shutil.rmtree(place, ignore_errors=True))


def snakemake_runs(folder: Path) -> list[Network]:
    """The tiny workflow up to a trained network, in a folder of its own; all before the training is made once."""
    folder.mkdir(parents=True, exist_ok=True)
    config = yaml.safe_load(TINY.read_text(encoding="utf-8"))
    for family, name in (("classifiers", "tiny"), ("segmenters", "unet3d")):
        config[family][name]["training"] |= {"epochs": EPOCHS, "patience": EPOCHS}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    paths = Paths(config["results"])
    files = {
        "classifier": ("train_classifier", paths.classifier_model),
        "3D U-Net": ("train_segmenter", paths.segmenter_model),
    }
    base = [sys.executable, "-m", "snakemake", "--snakefile", str(HOUSE / "Snakefile"), "--directory", str(folder)]
    base += ["--workflow-profile", str(HOUSE / "profiles" / "default"), "--configfile", str(folder / "tiny.yaml")]
    base += ["--cores", "1"]

    def unlock() -> None:
        subprocess.run([*base, "--unlock"], check=True, capture_output=True)  # noqa: S603

    networks = []
    for name, (stage, pattern) in files.items():
        model, log = (folder / each.format_map(ROW) for each in (pattern, paths.log(stage)))
        clean = partial(_forget, model.parent)
        networks.append(
            Network(f"Snakemake, {name}", [*base, str(model.relative_to(folder))], model.parent, unlock, clean, log)
        )
    return networks


def _forget(place: Path) -> None:
    """Remove what a training leaves, but not what later stages have made below it."""
    for file in place.glob("*.*"):
        file.unlink() if file.is_file() else shutil.rmtree(file)
