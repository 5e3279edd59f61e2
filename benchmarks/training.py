"""The training engine against the bare loop: images a second on the same network, in one run.

The bare loop steps over tensors that lie on the device already, with nothing around it. The engine trains from slice
stores on disk: reading, decoding, augmentation, Lightning Fabric, progress. Both take turns, a few steps each, so that
whatever else the machine does hits both alike; the medians of the turns are compared. On a GPU the engine trains once
more alone, which tells how busy it keeps it.

``python -m benchmarks.training --out FOLDER`` measures resnet18 at 128 pixels and the demo's 3D U-Net. On a GPU:
``--backbone resnet101 --size 512 --unet-size 256 --depth 32 --precision bf16-mixed --workers 8``.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from benchmarks.figures.gpu_watch import GpuWatch
from benchmarks.made_up.bare_loop import VARIANTS, BareLoop, images, now
from benchmarks.made_up.demo_unet import demo_unet
from benchmarks.made_up.random_store import write_random_store
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.segmenters import UNet3dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.losses.build import build_loss
from bleedmap.losses.loss import Loss
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import Batches, fit, make_deterministic
from bleedmap.training.together import Batch


@dataclass
class TakingTurns:
    """Training data that lets the bare loop have its turn before each epoch, and times both.

    Args:
        data: the real training data.
        loops: those to compare with, by name; ``bare`` and variants of it.
        turn: steps of a turn.
    """

    data: Batches
    loops: dict[str, BareLoop]
    turn: int
    rows: list[dict[str, float]] = field(default_factory=list)

    def training(self, epoch: int) -> Iterator[Batch]:
        """The first batches of an epoch."""
        row = {name: loop.run(self.turn) for name, loop in self.loops.items()}
        batches = self.data.training(epoch)
        seen, waited, start = 0, 0.0, now()
        for _ in range(self.turn):
            asked = time.perf_counter()
            batch = next(batches)
            waited += time.perf_counter() - asked
            seen += images(batch[0])
            yield batch
        spent = now() - start
        self.rows.append({**row, "engine": seen / spent, "waiting": waited / spent})

    def validation(self) -> Iterator[Batch]:
        """One batch."""
        yield next(self.data.validation())

    def steps(self) -> int:
        """Batches of a turn."""
        return self.turn


def measure(
    model: nn.Module, loss: Loss, data: Batches, spec: TrainingSpec, turn: int, variants: list[str]
) -> dict[str, float]:
    """Median images a second of bare loop, its variants and engine; and the share of time in which the engine waits.

    Args:
        model: network to train.
        loss: its loss.
        data: batches from disk.
        spec: as many epochs as turns, and one to warm up.
        turn: steps of a turn.
        variants: of the bare loop.
    """
    batch = next(data.training(0))
    loops = {name or "bare": BareLoop(model, loss, batch, spec, name) for name in (None, *variants)}
    turns = TakingTurns(data, loops, turn)
    fit(model, loss, turns, spec)
    with GpuWatch() as watch:
        if torch.cuda.is_available():  # once more with nothing between, to see how busy the engine alone keeps it
            fit(model, loss, TakingTurns(data, {}, turn), spec)
    table = pd.DataFrame(turns.rows[1:])
    medians = {str(name): float(value) for name, value in table.median().items()}
    return {**medians, "ratio": float((table["engine"] / table["bare"]).median()), "gpu_busy": watch.busy()}


def _classifier(options: argparse.Namespace, training: TrainingSpec) -> dict[str, float]:
    settings = training.model_copy(update={"batch": options.batch})
    spec = ClassifierSpec(backbone=options.backbone, training=settings)
    scans = max(6, -(-3 * options.batch * options.steps // 24) + 3)
    files = write_random_store(options.out / "classifier", scans=scans, slices=24, size=options.size)
    with TrainingSet(files.slices) as data:
        roles = _roles(data)
        batches = SliceBatches(data, roles, settings, 0, spec.classes, spec.reach)
        loss = build_loss(settings.loss)
        return measure(build_classifier(spec), loss, batches, settings, options.steps, options.variants)


def _unet(options: argparse.Namespace, training: TrainingSpec) -> dict[str, float]:
    demo = demo_unet()
    settings = type(demo.training).model_validate(
        demo.training.model_dump() | training.model_dump(exclude={"batch", "loss"})
    )
    spec = UNet3dSpec.model_validate({**demo.model_dump(), "depth": options.depth, "training": settings.model_dump()})
    scans = max(6, 3 * settings.batch * options.steps // spec.patches_per_scan + 3)
    files = write_random_store(options.out / "unet", scans=scans, slices=options.depth + 8, size=options.unet_size)
    with TrainingSet(files.slices, files.masks) as data:
        model = Segmenter(spec)
        batches = PatchBatches(data, _roles(data), spec, model.patch_depth, seed=0)
        return measure(model, build_loss(spec.training.loss), batches, spec.training, options.steps, options.variants)


def _roles(data: TrainingSet) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    """The last two scans validate, one of them bleeds."""
    scans = data.table["scan"].unique()[-2:]
    return np.where(data.table["scan"].isin(scans), "validation", "train")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the made-up data")
    parser.add_argument("--backbone", default="resnet18", help="timm backbone of the classifier")
    parser.add_argument("--size", type=int, default=128, help="rows and columns of the classifier's slices")
    parser.add_argument("--batch", type=int, default=32, help="slices of a classifier's step")
    parser.add_argument("--unet-size", type=int, default=128, help="rows and columns of the U-Net's patches")
    parser.add_argument("--depth", type=int, default=8, help="slices of the U-Net's patches")
    parser.add_argument("--precision", default="32-true", help="number format, as in the config")
    parser.add_argument("--workers", type=int, default=0, help="threads that prepare batches ahead")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the network")
    parser.add_argument("--steps", type=int, default=4, help="steps of a turn")
    parser.add_argument("--turns", type=int, default=15, help="turns of each")
    parser.add_argument("--variants", nargs="*", default=[], choices=list(VARIANTS), help="of the bare loop, too")
    options = parser.parse_args()
    make_deterministic(0, options.threads)
    training = TrainingSpec.model_validate(
        {
            "epochs": options.turns + 1,
            "patience": options.turns + 1,
            "precision": options.precision,
            "workers": options.workers,
        }
    )
    rows = {
        f"{options.backbone}, {options.size} px": _classifier(options, training),
        f"3D U-Net, {options.unet_size} px x {options.depth}": _unet(options, training),
    }
    table = pd.DataFrame(rows).T.rename_axis("network").reset_index()
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.3f')}\n")


if __name__ == "__main__":
    main()
