"""The examination of networks: figures of every method on real slices and on phantom pictures."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from benchmarks.figures.measures import auroc_interval, cpu_minutes, dice, sensitivity_at
from benchmarks.networks.batches import Pictures
from benchmarks.networks.draw import Draw, above, bright, choose_share, crf, with_heat
from benchmarks.networks.heat import explain, segment
from benchmarks.pictures.exported import anchored
from benchmarks.pictures.frame import HIGH, LOW
from benchmarks.pictures.phantom_slices import Slices
from benchmarks.pictures.real_slices import RealSlices
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.console import say
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.segmenters.segmenter import Segmenter

PSEUDO: dict[str, Draw] = {"heatmap": above, "bright part": bright, "crf": crf}


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


def heat_rows(exam: Exam, models: list[SliceClassifier]) -> tuple[Any, Any, dict[str, float], dict[str, Any]]:
    """Add a row for each way to draw a heatmap's mask.

    Returns:
        Scores and heatmaps of the real slices; and by row the share chosen on the phantom, and the real masks.
    """
    phantom_scores, phantom_heat = explain(models, exam.pictures.hu, exam.pictures.brain)
    scores, heat = explain(models, exam.real_hu, exam.real.brain)
    detection = exam.detection(scores, phantom_scores)
    phantom, truth = _bleeding(exam.pictures, phantom_heat)
    real = with_heat(exam.real.hu, exam.real.brain, heat)
    shares, masks = {}, {}
    for name, draw in PSEUDO.items():
        shares[name], phantom_dice = choose_share(draw, phantom, truth)
        masks[name] = draw(real, shares[name])
        exam.add(name, detection, masks[name], phantom_dice)
    return scores, heat, shares, masks


def unet_row(exam: Exam, model: Segmenter, name: str) -> NDArray[np.bool_]:
    """Add the row of a U-Net; a slice's score is its most probable place."""
    phantom_scores, phantom = segment(model, exam.pictures.hu, exam.pictures.brain)
    scores, masks = segment(model, exam.real_hu, exam.real.brain)
    truth = exam.pictures.truth
    phantom_dice = float(np.mean([dice(phantom[row], truth[row]) for row in np.flatnonzero(truth.any(axis=(1, 2)))]))
    exam.add(name, exam.detection(scores, phantom_scores), masks, phantom_dice)
    return masks


def _bleeding(pictures: Pictures, heat: NDArray[np.float32]) -> tuple[MaskSlices, NDArray[np.bool_]]:
    """The pictures that show a bleed, with their heatmaps; and the bleeds."""
    rows = pictures.label & pictures.truth.any(axis=(1, 2))
    hu = pictures.hu[rows].round().astype(np.int16)
    return with_heat(hu, pictures.brain[rows], heat[rows]), pictures.truth[rows]


def pseudo_masks(models: list[SliceClassifier], slices: Slices, draw: Draw, share: float) -> NDArray[np.bool_]:
    """Masks of the slices that are labelled as bleeding, from their heatmaps; empty for the others."""
    plain = torch.from_numpy(np.clip(slices.hu, LOW, HIGH).astype(np.float32))
    grey = anchored(plain, torch.from_numpy(slices.brain)).numpy()
    hu = grey.round().astype(np.int16)
    _, heat = explain(models, grey, slices.brain)
    rows = slices.blood_mm2 > 0
    masks = np.zeros(hu.shape, dtype=bool)
    masks[rows] = draw(with_heat(hu[rows], slices.brain[rows], heat[rows]), share)
    return masks
