"""Training data of a slice classifier."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.slices.augment import augment
from bleedmap.slices.prefetch import ahead
from bleedmap.slices.training_set import TrainingSet

Batch = tuple[Tensor, Tensor]


class SliceBatches:
    """Batches of slices with their labels: shuffled and augmented to train on, in order to validate on.

    Args:
        data: slices of all shards.
        roles: role of every row of ``data.table`` in the fold.
        spec: batch size and augmentation.
        seed: with the epoch, it decides order and augmentation.

    Raises:
        TrainingError: training or validation slices hold one class only.
    """

    def __init__(self, data: TrainingSet, roles: NDArray[np.str_], spec: TrainingSpec, seed: int) -> None:
        self._data, self._spec, self._seed = data, spec, seed
        self._labels = data.table["label"].to_numpy()
        self._train = np.flatnonzero((roles == "train") & (self._labels >= 0))
        self._validation = np.flatnonzero((roles == "validation") & (self._labels >= 0))
        for role, rows in (("training", self._train), ("validation", self._validation)):
            positive = int((self._labels[rows] == 1).sum())
            if positive in (0, len(rows)):
                raise TrainingError(
                    "empty-class",
                    found=f"{positive} bleeding among {len(rows)} labelled {role} slices",
                    expected="slices with and without a bleed",
                    remedy="check the label table, add scans, or lower folds.count",
                )

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch."""
        rows, indices = self._order(epoch)

        def make(start: int) -> Batch:
            part = slice(start, start + self._spec.batch)
            hu = torch.from_numpy(self._data.hu(rows[part].tolist()))[:, None]
            moved, _ = augment(self._spec.augment, hu, hu[:, :0], (self._seed, epoch), indices[part].tolist())
            return moved[:, 0], self._targets(rows[part])

        yield from ahead(make, range(0, len(rows), self._spec.batch), self._spec.workers)

    def validation(self) -> Iterator[Batch]:
        """All validation slices, in order."""

        def make(start: int) -> Batch:
            rows = self._validation[start : start + self._spec.batch]
            return torch.from_numpy(self._data.hu(rows.tolist())), self._targets(rows)

        yield from ahead(make, range(0, len(self._validation), self._spec.batch), self._spec.workers)

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._train) // self._spec.batch)

    def negatives_per_positive(self) -> float:
        """Slices without a bleed for each one with, in the training data."""
        positive = int((self._labels[self._train] == 1).sum())
        return (len(self._train) - positive) / positive

    def _order(self, epoch: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows of an epoch, and the number of each that decides its augmentation."""
        rng = np.random.default_rng([self._seed, epoch])
        if self._spec.sampler == "shuffle":
            rows = rng.permutation(self._train)
            return rows, rows
        is_positive = self._labels[self._train] == 1
        # inverse frequency: each class is drawn half of the time
        share = np.where(is_positive, 0.5 / is_positive.sum(), 0.5 / (~is_positive).sum())
        rows = rng.choice(self._train, size=len(self._train), p=share)
        return rows, np.arange(len(rows))

    def _targets(self, rows: NDArray[np.intp]) -> Tensor:
        return torch.from_numpy(self._labels[rows].astype(np.float32))
