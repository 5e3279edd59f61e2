"""Training data of a slice classifier."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.slices.augment import augment
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
        order = np.random.default_rng([self._seed, epoch]).permutation(self._train)
        for start in range(0, len(order), self._spec.batch):
            rows = order[start : start + self._spec.batch]
            hu = torch.from_numpy(self._data.hu(rows.tolist()))[:, None]
            moved, _ = augment(self._spec.augment, hu, torch.zeros_like(hu), (self._seed, epoch), rows.tolist())
            yield moved[:, 0], self._targets(rows)

    def validation(self) -> Iterator[Batch]:
        """All validation slices, in order."""
        for start in range(0, len(self._validation), self._spec.batch):
            rows = self._validation[start : start + self._spec.batch]
            yield torch.from_numpy(self._data.hu(rows.tolist())), self._targets(rows)

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._train) // self._spec.batch)

    def _targets(self, rows: NDArray[np.intp]) -> Tensor:
        return torch.from_numpy(self._labels[rows].astype(np.float32))
