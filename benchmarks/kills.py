"""Training and Snakemake killed at random moments: does what follows end with the bytes of the unbroken run?

``python -m benchmarks.kills --out FOLDER`` kills the training program of each network, then Snakemake with all its
jobs, with SIGKILL at random moments, gives the same command again, and compares every file with those of a run that was
left alone. After Snakemake was killed, ``snakemake --unlock`` is all that has to be typed besides.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from benchmarks.random_store import RandomStore, write_random_store
from bleedmap.config.classifiers import ClassifierSpec, LstmContext
from bleedmap.config.segmenters import UNet3dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.config.workflow import FoldSpec
from bleedmap.training.resume import FOLDER

HOUSE = Path(__file__).parents[1]
EPOCHS = 160  # as long again as the programs take to start, and more
WENT_ON = re.compile(r"going on after epoch (\d+)/")
TINY = HOUSE / "tests" / "workflow" / "tiny.yaml"


@dataclass(frozen=True)
class Network:
    """A training as a user starts it.

    Args:
        name: for the table.
        command: what is run.
        folder: where it leaves its files.
        repair: what else has to be typed after a kill.
        clean: makes the command have everything to do again.
    """

    name: str
    command: list[str]
    folder: Path
    repair: Callable[[], None] = lambda: None
    clean: Callable[[], None] = lambda: None


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
    unet = UNet3dSpec(channels=(4, 8), depth=4, flat_levels=1, residual_units=0, training=training)
    masks = ["--masks", *map(str, data.masks)]
    return [
        _program("classifier", "train_classifier", classifier.to_json(), [], data, folder),
        _program("sequence", "train_classifier", sequence.to_json(), [], data, folder / "sequence"),
        _program("3D U-Net", "train_segmenter", unet.to_json(), masks, data, folder),
    ]


def _program(name: str, script: str, spec: str, more: list[str], data: RandomStore, folder: Path) -> Network:
    place = folder / script
    options = {
        "--folds": str(data.folds),
        "--fold": "0",
        "--fold-spec": FoldSpec(count=3).to_json(),
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
    fold = "results/phantom/fold-0"
    targets = {"classifier": f"{fold}/tiny", "3D U-Net": f"{fold}/tiny/cam/crf/unet3d"}
    base = [sys.executable, "-m", "snakemake", "--snakefile", str(HOUSE / "Snakefile"), "--directory", str(folder)]
    base += ["--workflow-profile", str(HOUSE / "profiles" / "default"), "--configfile", str(folder / "tiny.yaml")]
    base += ["--cores", "1"]

    def unlock() -> None:
        subprocess.run([*base, "--unlock"], check=True, capture_output=True)  # noqa: S603

    networks = []
    for name, target in targets.items():
        place = folder / target

        def clean(place: Path = place) -> None:
            for file in place.glob("*.*"):
                file.unlink() if file.is_file() else shutil.rmtree(file)

        model = f"{target}/model.safetensors"
        networks.append(Network(f"Snakemake, {name}", [*base, model], place, unlock, clean))
    return networks


def digests(folder: Path) -> dict[str, str]:
    """Sha256 of every file that a training leaves; a checkpoint folder that was left behind counts as one."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    left = {FOLDER: "left"} if (folder / FOLDER).exists() else {}
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | left


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command with a process group of its own."""
    path = os.pathsep.join([str(HOUSE / "src"), str(HOUSE)])
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603
            command, cwd=HOUSE, env={**os.environ, "PYTHONPATH": path}, stderr=file, stdout=file, start_new_session=True
        )


def finish(network: Network, log: Path) -> str:
    """Run a command to its end and give what it said.

    Raises:
        RuntimeError: it failed.
    """
    process = start(network.command, log)
    if process.wait():
        raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
    return log.read_text(encoding="utf-8")


def try_kills(network: Network, moments: int, rng: np.random.Generator, log: Path) -> pd.DataFrame:
    """Kill a training at random moments, each time in a run of its own, and let it end.

    Args:
        network: what to run.
        moments: number of kills.
        rng: draws the moments.
        log: file for what the programs say.

    Returns:
        A row a kill: network, second, epoch it went on after (0: it started anew), identical.
    """
    network.clean()
    finish(network, log)  # whatever the training needs is made now and not timed
    network.clean()
    begin = time.monotonic()
    finish(network, log)
    length = time.monotonic() - begin
    expected = digests(network.folder)
    rows = []
    for second in sorted(rng.uniform(0, length, moments)):
        network.clean()
        process = start(network.command, log)
        time.sleep(second)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        network.repair()
        said = finish(network, log) + _training_log(network)
        found = WENT_ON.search(said)
        identical = digests(network.folder) == expected
        rows.append([network.name, round(float(second), 2), int(found[1]) if found else 0, identical])
        sys.stdout.write(f"{rows[-1]}\n")
        sys.stdout.flush()
    return pd.DataFrame(rows, columns=["network", "second", "went_on_after", "identical"])


def _training_log(network: Network) -> str:
    """What the training said where Snakemake sent it to a log."""
    parts = network.folder.parts
    if "results" not in parts:
        return ""
    at = parts.index("results") + 1
    file = Path(*parts[:at], "logs", *parts[at:]) / "model.log"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def main() -> None:
    """Write ``table.csv`` and print one line a network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and all runs")
    parser.add_argument("--moments", type=int, default=30, help="kills of each network")
    parser.add_argument("--only", default="", help="part of the names of the networks to try")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments")
    options = parser.parse_args()
    out = options.out.resolve()
    data = write_random_store(out / "data", scans=12, slices=8, size=32)
    networks = [*training_programs(data, out / "programs"), *snakemake_runs(out / "workflow")]
    rng = np.random.default_rng(options.seed)
    chosen = [network for network in networks if options.only in network.name]
    table = pd.concat(
        [try_kills(network, options.moments, rng, out / "last.log") for network in chosen], ignore_index=True
    )
    table.to_csv(out / "table.csv", index=False)
    summary = table.groupby("network", sort=False).agg(
        kills=("identical", "size"), identical=("identical", "sum"), went_on=("went_on_after", lambda e: (e > 0).sum())
    )
    sys.stdout.write(f"{summary.to_string()}\n")


if __name__ == "__main__":
    main()
