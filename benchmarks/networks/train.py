"""Networks trained on phantom pictures, with the package's own networks, losses and training loop."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, TypeVar

import torch
from torch import nn

from benchmarks.networks.batches import PictureBatches, Render, Targets
from benchmarks.pictures.exported import as_pictures
from benchmarks.pictures.phantom_slices import Slices
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.segmenters import UNet2dSpec
from bleedmap.losses.build import build_loss
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.training.engine import fit, make_deterministic

Network = TypeVar("Network", bound=nn.Module)


def train_classifier(
    spec: ClassifierSpec, train: Slices, validation: Slices, *, seed: int, threads: int, render: Render = as_pictures
) -> SliceClassifier:
    """A classifier trained on slice labels alone, on the CPU or the GPU it was trained on."""
    make_deterministic(seed, threads)
    model = build_classifier(spec)
    targets = (train.blood_mm2 > 0, validation.blood_mm2 > 0)
    batches = PictureBatches(train, validation, targets, spec.training, seed, render)
    trained = fit(model, build_loss(spec.training.loss), batches, spec.training)
    model.load_state_dict(trained.weights)
    return model.eval()


def train_classifiers(
    spec: ClassifierSpec, parts: Sequence[Slices], validation: Slices, *, seed: int, threads: int, workers: int
) -> list[SliceClassifier]:
    """A classifier for each part of the training slices, each with a seed of its own, several at a time."""
    seeds = range(seed, seed + len(parts))
    return _side_by_side(partial(_train_one, spec, validation, threads), workers, parts, seeds)


def _train_one(spec: ClassifierSpec, validation: Slices, threads: int, train: Slices, seed: int) -> SliceClassifier:
    return train_classifier(spec, train, validation, seed=seed, threads=threads)


def train_unets(
    spec: UNet2dSpec,
    train: Slices,
    validation: Slices,
    targets: Sequence[Targets],
    *,
    seed: int,
    threads: int,
    workers: int,
) -> list[Segmenter]:
    """A 2D U-Net for each set of masks, of any origin, of the same slices, several at a time."""
    return _side_by_side(partial(_train_unet, spec, train, validation, seed, threads), workers, targets)


def _train_unet(
    spec: UNet2dSpec, train: Slices, validation: Slices, seed: int, threads: int, targets: Targets
) -> Segmenter:
    make_deterministic(seed, threads)
    model = Segmenter(spec)
    batches = PictureBatches(train, validation, targets, spec.training, seed)
    trained = fit(model, build_loss(spec.training.loss), batches, spec.training)
    model.load_state_dict(trained.weights)
    return model.eval()


def _side_by_side(train: Callable[..., Network], workers: int, *given: Sequence[Any]) -> list[Network]:
    """A network for each item of ``given``, as ``map`` would; several at a time where there is no GPU."""
    if workers == 1 or len(given[0]) == 1 or torch.cuda.is_available():
        return list(map(train, *given))
    # forked workers would share the state of torch's threads
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(train, *given))
