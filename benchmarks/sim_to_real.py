"""Trained on the phantom alone, tested on real slices: what are the phantom's pictures worth?

Slice classifiers learn from phantom slices that were exported as pictures in many windows. They are tested on the 140
slices of ``head_ct`` in the real data (``BLEEDMAP_REAL_DATA``): AUROC with an interval from resampling groups of
look-alike slices, sensitivity at 90 % specificity, and Dice of masks on the 43 slices whose bleed was drawn. Every
threshold is chosen on phantom subjects that no network was trained on. Networks learn slice labels alone but for the
row that says so.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.networks.batches import make_pictures
from benchmarks.networks.exam import PSEUDO, Exam, heat_rows, pseudo_masks, unet_row
from benchmarks.networks.train import train_classifiers, train_unets
from benchmarks.pictures.clear import split
from benchmarks.pictures.misses import draw_misses
from benchmarks.pictures.phantom_slices import phantom_slices
from benchmarks.pictures.real_slices import RealSlices, real_folder, real_slices
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.heads import LseHead
from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.console import say

# Anchored pictures reach below and above the brain window.
ANCHORED = WindowSpec(level=40, width=120)
UNET_CHANNELS = (16, 32, 64, 128, 128)


def main() -> None:
    """Run the benchmark from the command line."""
    args = _parser().parse_args()
    if args.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    folder = real_folder()
    if folder is None:
        raise SystemExit("no real data: set BLEEDMAP_REAL_DATA to the folder that holds head_ct")
    table = measure(args, real_slices(folder, args.size))
    print(table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.3f}"))  # noqa: T201


def measure(args: argparse.Namespace, real: RealSlices) -> pd.DataFrame:
    """Train, test, and write ``table.csv``, ``settings.json``, ``scores.csv`` and ``misses.png`` to ``args.out``.

    Returns:
        A row a method: auroc, auroc_low, auroc_high, sensitivity_at_90 (of the real slices), dice (mean over the
        drawn slices), phantom_auroc and phantom_dice (of validation subjects), and cpu_minutes so far.
    """
    start = time.monotonic()
    args.out.mkdir(parents=True, exist_ok=True)
    spec = PhantomSpec(subjects=args.subjects, seed=args.phantom_seed, matrix=args.matrix, prevalence=args.prevalence)
    slices = phantom_slices(spec, args.size, args.cache or args.out / "cache", args.workers)
    train, held = split(slices)
    say(f"{len(train)} training and {len(held)} validation slices, {time.monotonic() - start:.0f} s")
    steps = {"batch": args.batch, "learning_rate": args.rate, "precision": args.precision}
    training = TrainingSpec(epochs=args.epochs, patience=args.epochs, **steps)
    network = ClassifierSpec(
        backbone=args.backbone,
        stride=args.stride,
        head=LseHead(r=args.sharpness),
        windows=(ANCHORED,),
        training=training,
    )
    portions = [train.take(np.arange(number, len(train), args.networks)) for number in range(args.networks)]
    models = train_classifiers(network, portions, held, seed=args.seed, threads=args.threads, workers=args.workers)
    exam = Exam(real, make_pictures(held, args.seed))
    scores, heat, shares, masks = heat_rows(exam, models)
    if args.unet_epochs:
        best = max(shares, key=lambda name: exam.rows[name]["phantom_dice"])
        portion = portions[0]
        own, others = (pseudo_masks(models, part, PSEUDO[best], shares[best]) for part in (portion, held))
        targets = {
            f"unet on {best}": (own, others),
            "unet on truth (upper bound)": (portion.truth > 0, held.truth > 0),
        }
        lessons = SegmenterTraining(epochs=args.unet_epochs, patience=args.unet_epochs, **steps)
        unet = UNet2dSpec(residual_units=0, channels=UNET_CHANNELS, windows=(ANCHORED,), training=lessons)
        unets = train_unets(
            unet, portion, held, list(targets.values()), seed=args.seed, threads=args.threads, workers=args.workers
        )
        for name, model in zip(targets, unets, strict=True):
            masks[name] = unet_row(exam, model, name)

    table = pd.DataFrame([{"row": name, **row} for name, row in exam.rows.items()])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    by_slice = pd.DataFrame({"id": real.name, "hemorrhage": real.label, "score": scores})
    by_slice.to_csv(args.out / "scores.csv", index=False, lineterminator="\n")
    settings = {name: str(value) for name, value in vars(args).items()} | {"shares": shares}
    (args.out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    draw_misses(real, scores, heat, masks, args.out / "misses.png")
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder for table, pictures and settings")
    add("--cache", type=Path, help="folder of phantom slices; default: cache in --out")
    add("--subjects", type=int, default=700, help="phantom subjects, one in seven of them for validation")
    add("--prevalence", type=float, default=0.9, help="share of them that bleed")
    add("--phantom-seed", type=int, default=7, help="seed of the cohort")
    add("--matrix", type=int, default=192, help="rows and columns of the phantom's scans")
    add("--size", type=int, default=128, help="rows and columns that networks see, a multiple of 16")
    add("--epochs", type=int, default=8, help="passes over the training slices")
    add("--unet-epochs", type=int, default=4, help="the same for the U-Nets; 0 leaves them out")
    add("--networks", type=int, default=2, help="classifiers, a seed and a share of the slices each, averaged")
    add("--seed", type=int, default=0, help="first seed of weights, order and pictures")
    add("--backbone", default="resnet10t", help="a timm model with feature maps")
    add("--stride", type=int, default=8, help="pixels a cell of the heatmap covers")
    add("--sharpness", type=float, default=4.0, help="r of log-sum-exp pooling")
    add("--batch", type=int, default=16, help="slices a step")
    add("--rate", type=float, default=2e-3, help="peak learning rate")
    add("--threads", type=int, default=1, help="CPU threads of the networks")
    add("--workers", type=int, default=2, help="processes that make phantoms and train networks")
    add("--precision", choices=("32-true", "bf16-mixed"), default="bf16-mixed", help="number format")
    add("--device", choices=("auto", "cpu"), default="auto", help="auto takes the GPU if there is one")
    return parser


if __name__ == "__main__":
    main()
