"""Pictures of phantom slices in batches, to train on and to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.pictures.exported import as_pictures
from benchmarks.pictures.phantom_slices import Slices
from bleedmap.config.training import TrainingSpec
from bleedmap.training.together import Batch

VALIDATION_SEED = 10**6

Render = Callable[[Tensor, Tensor, torch.Generator], tuple[Tensor, Tensor]]
Targets = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Labels (n,) or masks (n, size, size) of the training slices and of the validation slices."""


@dataclass(frozen=True)
class Pictures:
    """Pictures of phantom slices with what is known of them, as numpy.

    Args:
        hu: (n, size, size) float32 pseudo HU.
        truth: (n, size, size) bool.
        brain: (n, size, size) bool.
        label: (n,) bool.
    """

    hu: NDArray[np.float32]
    truth: NDArray[np.bool_]
    brain: NDArray[np.bool_]
    label: NDArray[np.bool_]


def make_pictures(slices: Slices, seed: int) -> Pictures:
    """One picture a slice; the same seed makes the same pictures."""
    rng = torch.Generator().manual_seed(VALIDATION_SEED + seed)
    masks = torch.from_numpy(np.stack([slices.brain, slices.truth > 0], axis=1))
    hu, moved = as_pictures(torch.from_numpy(slices.hu), masks, rng)
    brain, truth = (moved[:, channel].numpy() > 0 for channel in (0, 1))
    return Pictures(hu.numpy(), truth, brain, slices.blood_mm2 > 0)


class PictureBatches:
    """Training data: new pictures of the training slices every epoch, the same of the validation slices.

    Args:
        train: slices to train on.
        validation: slices to stop on.
        targets: what is to be learned of both.
        spec: batch size.
        seed: with the epoch, it decides order and pictures.
        render: makes pictures of slices.
    """

    def __init__(
        self,
        train: Slices,
        validation: Slices,
        targets: Targets,
        spec: TrainingSpec,
        seed: int,
        render: Render = as_pictures,
    ) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._spec, self._seed, self._render = spec, seed, render
        self._hu, self._brain, self._targets = self._tensors(train, targets[0])
        rng = torch.Generator(self._device).manual_seed(VALIDATION_SEED)
        held = zip(*(torch.split(part, spec.batch) for part in self._tensors(validation, targets[1])), strict=True)
        self._held = [self._batch(hu, brain, target, rng) for hu, brain, target in held]

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch."""
        rng = torch.Generator(self._device).manual_seed(self._seed * 1000 + epoch)
        order = torch.randperm(len(self._hu), generator=rng, device=self._device)
        for rows in torch.split(order, self._spec.batch):
            yield self._batch(self._hu[rows], self._brain[rows], self._targets[rows], rng)

    def validation(self) -> Iterator[Batch]:
        """All validation slices, in order, as pictures that are always the same."""
        yield from self._held

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._hu) // self._spec.batch)

    def _tensors(self, slices: Slices, targets: NDArray[np.bool_]) -> list[Tensor]:
        return [torch.from_numpy(part).to(self._device) for part in (slices.hu, slices.brain, targets)]

    def _batch(self, hu: Tensor, brain: Tensor, targets: Tensor, rng: torch.Generator) -> Batch:
        if targets.ndim == 1:
            pictures, _ = self._render(hu, brain[:, None], rng)
            return pictures[:, None], {"labels": targets.float()[:, None]}
        pictures, masks = self._render(hu, torch.stack([brain, targets], dim=1), rng)
        return pictures[:, None], {"masks": masks[:, 1:].to(torch.uint8)}


def in_batches(values: NDArray[np.float32], model: nn.Module, size: int = 64) -> Iterator[Tensor]:
    """Pictures (n, H, W) in batches (B, 1, H, W) as networks take them, on the device of a model."""
    device = next(model.parameters()).device
    for part in torch.split(torch.from_numpy(values), size):
        yield part[:, None].float().to(device)
