"""All measures of some slices of one scan, for one class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.faithfulness import FaithfulnessSpec
from bleedmap.config.saliency import AnySaliency
from bleedmap.faithfulness.deletion import deletion
from bleedmap.faithfulness.insertion import insertion
from bleedmap.faithfulness.plain_tissue import plain_tissue
from bleedmap.faithfulness.pointing_game import pointing_game
from bleedmap.faithfulness.randomisation import randomisation
from bleedmap.saliency import explain
from bleedmap.saliency.stretch import stretch

BATCH = 32
MEASURES = ("deletion", "insertion", "pointing_game", "randomisation")


@dataclass(frozen=True)
class MappedSlices:
    """Slices with the maps of one class.

    Args:
        images: (n, 2 reach + 1, H, W) float32 HU.
        inside: (n, H, W) bool, the brain.
        maps: (n, H, W) float16 in [0, 1], as the stage ``explain`` makes them.
        bleeds: (n, H, W) bool, where the class lies; nowhere on slices of which nobody said.
    """

    images: NDArray[np.float32]
    inside: NDArray[np.bool_]
    maps: NDArray[np.float16]
    bleeds: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> "MappedSlices":
        """Some of the slices."""
        return MappedSlices(*(values[chosen] for values in self.__dict__.values()))


def measure_slices(
    spec: FaithfulnessSpec,
    saliency: AnySaliency,
    classifiers: Sequence[SliceClassifier],
    slices: MappedSlices,
    target: int,
    *,
    seed: int = 0,
    batch: int = BATCH,
) -> dict[str, NDArray[np.float64]]:
    """Measure the maps of a class.

    Args:
        spec: how.
        saliency: the method that made the maps.
        classifiers: the one that they explain, then the same with shuffled weights, in evaluation mode.
        slices: what is measured.
        target: index of the class.
        seed: of the order among pixels of equal saliency.
        batch: slices that a classifier sees at a time; it changes no result but for rounding.

    Returns:
        ``MEASURES``, each (n,) in [0, 1], randomisation in [-1, 1]; NaN where one has no value: without a brain,
        pointing_game without a bleed, and randomisation of a map that is the same everywhere.
    """
    found = {name: np.full(len(slices.maps), np.nan) for name in MEASURES}
    headed = np.asarray(slices.inside.any(axis=(1, 2)))
    if headed.any():
        own = slices.where(headed)
        changed = [_maps(saliency, forgetful, own, target, batch) for forgetful in classifiers[1:]]
        correlations = randomisation(own.maps, changed, own.inside)
        points = pointing_game(own.maps, own.inside, own.bleeds)
        areas = _areas(spec, classifiers[0], own, target, seed, batch)
        for name, values in zip(MEASURES, (*areas, points, correlations), strict=True):
            found[name][headed] = values
    return found


def _areas(
    spec: FaithfulnessSpec, classifier: SliceClassifier, slices: MappedSlices, target: int, seed: int, batch: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas of deletion and of insertion."""
    device = next(classifier.parameters()).device
    plain = plain_tissue(slices.images, slices.inside)
    asked = [torch.from_numpy(part).to(device) for part in (slices.images, plain, slices.maps, slices.inside)]

    def probability(hu: Tensor) -> Tensor:
        logits: Tensor = classifier(hu).logits[:, target]
        return logits.float().sigmoid()

    with torch.inference_mode():
        lost, won = (
            measure(probability, *asked, steps=spec.steps, seed=seed, batch=batch) for measure in (deletion, insertion)
        )
    return lost.numpy(), won.numpy()


def _maps(
    saliency: AnySaliency, classifier: SliceClassifier, slices: MappedSlices, target: int, batch: int
) -> NDArray[np.float16]:
    """Maps of the same slices and class by another classifier, as the stage ``explain`` makes them."""
    device = next(classifier.parameters()).device
    parts = []
    for start in range(0, len(slices.maps), batch):
        hu, inside = (
            torch.from_numpy(part[start : start + batch]).to(device) for part in (slices.images, slices.inside)
        )
        raw = explain(saliency, classifier, hu, target)
        parts.append(stretch(raw * inside).maps.detach().half().cpu().numpy())
    return np.concatenate(parts)
