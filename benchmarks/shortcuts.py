"""What a classifier reaches on the phantom without looking at the brain: each row should stay under 0.65 AUROC.

- skull ring: a small network that sees each slice with everything inside the skull, and its rim, painted over;
- mean HU: of the whole slice, as scanned;
- noise level: spread of neighbouring pixels of the brain, as scanned;
- height: where the slice lies in the scan; anatomy, not a shortcut, and what the other three may give away as well.

Slices are split by subject; scores of a part come from a model of the other parts, as ranks within the part. The
interval comes from resampling subjects.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.figures.measures import auroc_interval
from benchmarks.networks.batches import in_batches
from benchmarks.networks.train import train_classifier
from benchmarks.pictures.clear import LEAST_BLOOD_MM2
from benchmarks.pictures.exported import mirrored
from benchmarks.pictures.phantom_slices import Slices, phantom_slices
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.heads import LseHead
from bleedmap.config.slices import WindowSpec
from bleedmap.config.training import TrainingSpec

LIMIT = 0.65
PAINT_HU = 35
RIM_MM = 4.0

Score = Callable[[Slices, Slices], NDArray[np.floating]]
"""Takes training and test slices to scores of the test slices."""


def main() -> None:
    """Run the benchmark from the command line."""
    args = _parser().parse_args()
    table = measure(args)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))  # noqa: T201


def measure(args: argparse.Namespace) -> pd.DataFrame:
    """Measure all shortcuts and write ``table.csv`` to ``args.out``.

    Returns:
        A row a shortcut: sees, auroc, auroc_low, auroc_high, limit (empty for height), slices, subjects.
    """
    args.out.mkdir(parents=True, exist_ok=True)
    spec = PhantomSpec(subjects=args.subjects, seed=args.phantom_seed, matrix=args.matrix)
    slices = phantom_slices(spec, args.size, args.cache or args.out / "cache", args.workers)
    slices = slices.take((slices.blood_mm2 == 0) | (slices.blood_mm2 >= LEAST_BLOOD_MM2))
    scores: dict[str, tuple[Score, float]] = {
        "skull ring": (partial(_ring_scores, args), LIMIT),
        "mean HU": (partial(_feature_scores, "mean_hu"), LIMIT),
        "noise level": (partial(_feature_scores, "noise_hu"), LIMIT),
        "height": (partial(_feature_scores, "height"), np.nan),
    }
    rows = []
    for name, (score, limit) in scores.items():
        ranks = cross_validated(slices, score, args.parts)
        auroc, low, high = auroc_interval(ranks, (slices.blood_mm2 > 0).astype(int), slices.subject)
        rows.append((name, auroc, low, high, limit, len(slices), len(np.unique(slices.subject))))
    columns = ["sees", "auroc", "auroc_low", "auroc_high", "limit", "slices", "subjects"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    return table


def cross_validated(slices: Slices, score: Score, parts: int) -> NDArray[np.float64]:
    """(n,) ranks in (0, 1] of every slice within its part, by a model of the other parts' subjects."""
    part = np.random.default_rng(0).permutation(int(slices.subject.max()) + 1)[slices.subject] % parts
    ranks = np.zeros(len(slices))
    for number in range(parts):
        test = part == number
        found = score(slices.take(~test), slices.take(test))
        ranks[test] = rankdata(found) / len(found)
    return ranks


def ring(slices: Slices) -> Slices:
    """Slices at half their size, the inside of the skull painted over with a rim that blood may have brightened."""
    hu = slices.hu.copy()
    for number, (brain, pixel_mm) in enumerate(zip(slices.brain, slices.pixel_mm, strict=True)):
        hu[number][ndimage.distance_transform_edt(~brain, sampling=float(pixel_mm)) <= RIM_MM] = PAINT_HU
    half = hu.shape[1] // 2
    return replace(slices, hu=hu.reshape(-1, half, 2, half, 2).mean(axis=(2, 4)).astype(np.int16))


def _ring_scores(args: argparse.Namespace, train: Slices, test: Slices) -> NDArray[np.floating]:
    spec = ClassifierSpec(
        backbone=args.backbone,
        stride=8,
        head=LseHead(r=4),
        windows=(WindowSpec(level=50, width=300),),
        training=TrainingSpec(epochs=args.epochs, patience=args.epochs, batch=16, learning_rate=2e-3),
    )
    held = np.isin(train.subject, np.unique(train.subject)[::6])
    shown = ring(train)
    model = train_classifier(
        spec, shown.take(~held), shown.take(held), seed=args.seed, threads=args.threads, render=mirrored
    )
    with torch.inference_mode():
        hu = ring(test).hu.astype(np.float32)
        return np.concatenate([model(part).logits[:, 0].cpu().numpy() for part in in_batches(hu, model)])


def _feature_scores(feature: str, train: Slices, test: Slices) -> NDArray[np.floating]:
    model = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, learning_rate=0.08, random_state=0)
    model.fit(getattr(train, feature)[:, None], train.blood_mm2 > 0)
    return np.asarray(model.predict_proba(getattr(test, feature)[:, None])[:, 1])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--out", type=Path, required=True, help="folder for the table")
    add("--cache", type=Path, help="folder of phantom slices; default: cache in --out")
    add("--subjects", type=int, default=150, help="phantom subjects (150)")
    add("--phantom-seed", type=int, default=7, help="seed of the cohort (7)")
    add("--matrix", type=int, default=192, help="rows and columns of the phantom's scans (192)")
    add("--size", type=int, default=128, help="rows and columns of the slices, twice what the network sees (128)")
    add("--parts", type=int, default=5, help="parts of the cross-validation (5)")
    add("--epochs", type=int, default=8, help="passes over the training slices (8)")
    add("--seed", type=int, default=0, help="seed of the network (0)")
    add("--backbone", default="resnet10t", help="a timm model with feature maps (resnet10t)")
    add("--threads", type=int, default=2, help="CPU threads of the network (2)")
    add("--workers", type=int, default=2, help="processes that make phantoms (2)")
    return parser


if __name__ == "__main__":
    main()
