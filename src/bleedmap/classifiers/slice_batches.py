"""Training data of a slice classifier."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.classifiers.rarity import negatives_per_positive, refuse_one_kind
from bleedmap.config.training import TrainingSpec
from bleedmap.slices.augment import Changes, augment, draw_changes
from bleedmap.slices.prefetch import Places, batches_of, feed
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.together import Batch, shared


class SliceBatches:
    """Batches of slices, (B, 2 reach + 1, H, W) float32, with their ``labels``, (B, K), NaN where nobody said.

    Shuffled and augmented to train on, in order to validate on; slices of which no class is known are left out.

    Args:
        data: slices of all shards.
        roles: role of every row of ``data.table`` in the fold.
        spec: batch size and augmentation.
        seed: with the epoch, it decides order and augmentation.
        classes: what is told of a slice; the first is the one that a balanced sampler looks at.
        reach: neighbouring slices on each side.

    Raises:
        TrainingError: training or validation slices all have, or all lack, the first class.
    """

    def __init__(
        self,
        data: TrainingSet,
        roles: NDArray[np.str_],
        spec: TrainingSpec,
        seed: int,
        classes: Sequence[str],
        reach: int,
    ) -> None:
        self._data, self._spec, self._seed, self._reach = data, spec, seed, reach
        self._labels = data.labels(np.arange(len(data.table)), classes)
        is_known = ~np.isnan(self._labels).all(axis=1)
        self._train = np.flatnonzero((roles == "train") & is_known)
        self._validation = np.flatnonzero((roles == "validation") & is_known)
        refuse_one_kind(self._labels[self._train, 0], "training", "slices")
        refuse_one_kind(self._labels[self._validation, 0], "validation", "slices")

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch."""
        rows, indices = self._order(epoch)

        def read(part: Places) -> tuple[Tensor, Tensor, Changes]:
            changes = draw_changes(self._spec.augment, (self._seed, epoch), indices[part].tolist())
            return *self._read(rows[part]), changes

        def ready(batch: tuple[Tensor, Tensor, Changes]) -> Batch:
            hu, labels, changes = batch
            moved, _ = augment(changes, hu, hu[:, :0].float())
            return moved, {"labels": labels}

        batches = batches_of(len(rows), self._spec.batch)
        yield from shared(batches, lambda parts: feed(read, ready, parts, self._spec.workers))

    def validation(self) -> Iterator[Batch]:
        """All validation slices, in order."""

        def read(part: Places) -> tuple[Tensor, Tensor]:
            return self._read(self._validation[part])

        def ready(batch: tuple[Tensor, Tensor]) -> Batch:
            hu, labels = batch
            return hu.float(), {"labels": labels}

        batches = batches_of(len(self._validation), self._spec.batch)
        yield from shared(batches, lambda parts: feed(read, ready, parts, self._spec.workers))

    def steps(self) -> int:
        """Training batches of an epoch."""
        slices = self._twice_the_bleeds() if self._spec.sampler == "balanced_once" else len(self._train)
        return -(-slices // self._spec.batch)

    def negatives_per_positive(self) -> NDArray[np.float64]:
        """(K,) slices without a bleed for each one with, in the training data."""
        return negatives_per_positive(self._labels[self._train])

    def _order(self, epoch: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of an epoch, and the number of each that decides its augmentation."""
        rng = np.random.default_rng([self._seed, epoch])
        if self._spec.sampler == "shuffle":
            rows = rng.permutation(self._train)
            return rows, rows
        bleeds, healthy = (self._labels[self._train, 0] == label for label in (1, 0))
        # inverse frequency: each kind is drawn half of the time, and a slice of unknown kind never
        share = np.select([bleeds, healthy], [0.5 / bleeds.sum(), 0.5 / healthy.sum()], 0.0)
        if self._spec.sampler == "balanced_once":
            rows = rng.choice(self._train, size=self._twice_the_bleeds(), p=share, replace=False)
            return rows, rows
        rows = rng.choice(self._train, size=len(self._train), p=share)
        return rows, np.arange(len(rows))

    def _twice_the_bleeds(self) -> int:
        """Slices of an epoch of which none comes twice: as the released code of paper 000, if there are so many."""
        labels = self._labels[self._train, 0]
        return min(2 * int((labels == 1).sum()), int((labels >= 0).sum()))

    def _read(self, rows: NDArray[np.intp]) -> tuple[Tensor, Tensor]:
        """(B, 2 reach + 1, H, W) HU as they are stored, and labels."""
        return torch.from_numpy(self._data.neighbours(rows, self._reach)), torch.from_numpy(self._labels[rows])
