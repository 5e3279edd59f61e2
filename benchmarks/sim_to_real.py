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
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from sklearn.metrics import roc_auc_score

from benchmarks.frame import HIGH, LOW
from benchmarks.heat import Draw, above, bright, choose_share, crf, explain, segment
from benchmarks.learn import Pictures, make_pictures, train_classifiers, train_unets
from benchmarks.measures import auroc_interval, cpu_minutes, dice, sensitivity_at
from benchmarks.misses import draw_misses
from benchmarks.phantom_slices import Slices, phantom_slices
from benchmarks.pictures import anchored
from benchmarks.real_slices import RealSlices, real_folder, real_slices
from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.classifiers import ClassifierSpec, LseHead
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.segmenters import UNet2dSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.console import say
from bleedmap.masks import MaskSlices
from bleedmap.segmenters.segmenter import Segmenter

# What is smaller, thinner or fainter teaches a network to see what nobody sees: a bleed in every bright rim.
LEAST_BLOOD_MM2, LEAST_THICKNESS_MM, LEAST_CONTRAST_HU = 150.0, 11.0, 10.0
# Anchored pictures reach below and above the brain window.
ANCHORED = WindowSpec(level=40, width=120)
UNET_CHANNELS = (16, 32, 64, 128, 128)
PSEUDO: dict[str, Draw] = {"heatmap": above, "bright part": bright, "crf": crf}


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
    training = TrainingSpec(
        epochs=args.epochs, patience=args.epochs, batch=args.batch, learning_rate=args.rate, precision=args.precision
    )
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
    scores, heat, shares, masks = _heat_rows(exam, models)
    if args.unet_epochs:
        best = max(shares, key=lambda name: exam.rows[name]["phantom_dice"])
        portion = portions[0]
        own, others = (_pseudo(models, part, PSEUDO[best], shares[best]) for part in (portion, held))
        targets = {
            f"unet on {best}": (own, others),
            "unet on truth (upper bound)": (portion.truth > 0, held.truth > 0),
        }
        length = {"epochs": args.unet_epochs, "patience": args.unet_epochs}
        unet = UNet2dSpec(
            residual_units=0, channels=UNET_CHANNELS, windows=(ANCHORED,), training=training.model_copy(update=length)
        )
        unets = train_unets(
            unet, portion, held, list(targets.values()), seed=args.seed, threads=args.threads, workers=args.workers
        )
        for name, model in zip(targets, unets, strict=True):
            masks[name] = _unet_row(exam, model, name)

    table = pd.DataFrame([{"row": name, **row} for name, row in exam.rows.items()])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    by_slice = pd.DataFrame({"id": real.name, "hemorrhage": real.label, "score": scores})
    by_slice.to_csv(args.out / "scores.csv", index=False, lineterminator="\n")
    settings = {name: str(value) for name, value in vars(args).items()} | {"shares": shares}
    (args.out / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    draw_misses(real, scores, heat, masks, args.out / "misses.png")
    return table


class Exam:
    """Real slices and phantom validation pictures, and the figures of every method on both."""

    def __init__(self, real: RealSlices, pictures: Pictures) -> None:
        self.real, self.pictures = real, pictures
        self.real_hu = real.hu.astype(np.float32)
        self.rows: dict[str, dict[str, float]] = {}

    def detection(self, scores: NDArray[np.float64], phantom_scores: NDArray[np.float64]) -> dict[str, float]:
        """Figures of slice scores."""
        auroc, low, high = auroc_interval(scores, self.real.label, self.real.group)
        label = self.pictures.label.astype(int)
        return {
            "auroc": auroc,
            "auroc_low": low,
            "auroc_high": high,
            "sensitivity_at_90": sensitivity_at(scores, self.real.label, 0.9),
            "phantom_auroc": float(roc_auc_score(label, phantom_scores)),
        }

    def add(self, name: str, detection: dict[str, float], masks: NDArray[np.bool_], phantom_dice: float) -> None:
        """Keep the figures of a method, with the time it was done."""
        overlap = {"dice": self.real.mean_dice(masks), "phantom_dice": phantom_dice}
        self.rows[name] = {**detection, **overlap, "cpu_minutes": cpu_minutes()}
        say(f"{name}: AUROC {detection['auroc']:.3f}, Dice {overlap['dice']:.3f}")


def _heat_rows(exam: Exam, models: list[SliceClassifier]) -> tuple[Any, Any, dict[str, float], dict[str, Any]]:
    """Add a row for each way to draw a heatmap's mask.

    Returns:
        Scores and heatmaps of the real slices; and by row the share chosen on the phantom, and the real masks.
    """
    phantom_scores, phantom_heat = explain(models, exam.pictures.hu, exam.pictures.brain)
    scores, heat = explain(models, exam.real_hu, exam.real.brain)
    detection = exam.detection(scores, phantom_scores)
    phantom = _bleeding(exam.pictures, phantom_heat)
    real = MaskSlices(exam.real.hu, exam.real.brain, np.zeros_like(exam.real.hu, dtype=np.uint8), heat)
    shares, masks = {}, {}
    for name, draw in PSEUDO.items():
        shares[name], phantom_dice = choose_share(draw, phantom)
        masks[name] = draw(real, shares[name])
        exam.add(name, detection, masks[name], phantom_dice)
    return scores, heat, shares, masks


def _unet_row(exam: Exam, model: Segmenter, name: str) -> NDArray[np.bool_]:
    """Add the row of a U-Net; a slice's score is its most probable place."""
    phantom_scores, phantom = segment(model, exam.pictures.hu, exam.pictures.brain)
    scores, masks = segment(model, exam.real_hu, exam.real.brain)
    truth = exam.pictures.truth
    phantom_dice = float(np.mean([dice(phantom[row], truth[row]) for row in np.flatnonzero(truth.any(axis=(1, 2)))]))
    exam.add(name, exam.detection(scores, phantom_scores), masks, phantom_dice)
    return masks


def split(slices: Slices) -> tuple[Slices, Slices]:
    """Training and validation slices: every seventh subject validates.

    Slices with a trace or a film of blood, or with blood as grey as the brain, are left out.
    """
    clear = (slices.blood_mm2 >= LEAST_BLOOD_MM2) & (slices.contrast_hu >= LEAST_CONTRAST_HU)
    clear &= thickness_mm(slices) >= LEAST_THICKNESS_MM
    usable = slices.take((slices.blood_mm2 == 0) | clear)
    held = usable.subject % 7 == 3
    return usable.take(~held), usable.take(held)


def thickness_mm(slices: Slices) -> NDArray[np.float32]:
    """(n,) diameter of the largest circle that the blood of each slice holds, mm; 0 without blood."""
    radius = [distance_transform_edt(np.pad(blood, 1)).max() if blood.any() else 0 for blood in slices.truth > 0]
    return np.asarray(2 * np.array(radius) * slices.pixel_mm, dtype=np.float32)


def _bleeding(pictures: Pictures, maps: NDArray[np.float32]) -> MaskSlices:
    rows = pictures.label & pictures.truth.any(axis=(1, 2))
    hu = pictures.hu[rows].round().astype(np.int16)
    return MaskSlices(hu, pictures.brain[rows], pictures.truth[rows].astype(np.uint8), maps[rows])


def _pseudo(models: list[SliceClassifier], slices: Slices, draw: Draw, share: float) -> NDArray[np.bool_]:
    """Masks of the slices that are labelled as bleeding, from their heatmaps; empty for the others."""
    plain = torch.from_numpy(np.clip(slices.hu, LOW, HIGH).astype(np.float32))
    grey = anchored(plain, torch.from_numpy(slices.brain)).numpy()
    hu = grey.round().astype(np.int16)
    _, maps = explain(models, grey, slices.brain)
    rows = slices.blood_mm2 > 0
    masks = np.zeros(hu.shape, dtype=bool)
    masks[rows] = draw(MaskSlices(hu[rows], slices.brain[rows], slices.truth[rows], maps[rows]), share)
    return masks


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
