"""Training data of a slice classifier with context: runs of consecutive slices of one scan."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.classifiers.rarity import negatives_per_positive
from bleedmap.config.classifiers import LstmContext
from bleedmap.constants import AIR_HU
from bleedmap.slices.augment import augment
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.together import Batch, Places, batches_of, shared

Rows = NDArray[np.intp]


class SequenceBatches:
    """Batches of sequences with ``labels`` of every slice.

    A scan is cut into sequences of ``spec.sequence`` slices from the foot up; one without any known label is left out.
    A shorter one is padded: HU and labels are NaN there. A slice without a label has HU, and NaN for a label. All
    slices of a sequence are moved, mirrored and roughened together.

    Args:
        data: slices of all shards.
        roles: role of every row of ``data.table`` in the fold.
        spec: length of a sequence, and with ``training.batch`` how many make about that many slices.
        seed: with the epoch, it decides order and augmentation.
        classes: what is told of a slice.
        reach: slices below the first and above the last that come with a sequence.
    """

    def __init__(
        self,
        data: TrainingSet,
        roles: NDArray[np.str_],
        spec: LstmContext,
        seed: int,
        classes: Sequence[str],
        reach: int,
    ) -> None:
        self._data, self._spec, self._seed, self._reach = data, spec, seed, reach
        self._labels = data.labels(np.arange(len(data.table)), classes)
        self._training = self._cut(roles == "train")
        self._validation = self._cut(roles == "validation")
        self._batch = max(1, spec.training.batch // spec.sequence)

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch."""
        order = np.random.default_rng([self._seed, epoch]).permutation(len(self._training))

        def make(part: Places) -> Batch:
            chosen = order[part].tolist()
            sequences = [self._training[number] for number in chosen]
            hu = self._stack(sequences)
            moved, _ = augment(
                self._spec.training.augment, hu, torch.zeros_like(hu[:, :1]), (self._seed, epoch), chosen
            )
            return self._padded(moved, sequences), self._targets(sequences)

        yield from shared(batches_of(len(order), self._batch), lambda parts: map(make, parts))

    def validation(self) -> Iterator[Batch]:
        """All validation sequences, in order."""

        def make(part: Places) -> Batch:
            sequences = [self._validation[number] for number in part]
            return self._padded(self._stack(sequences), sequences), self._targets(sequences)

        yield from shared(batches_of(len(self._validation), self._batch), lambda parts: map(make, parts))

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._training) // self._batch)

    def negatives_per_positive(self) -> NDArray[np.float64]:
        """(K,) slices without a bleed for each one with, in the training data."""
        return negatives_per_positive(self._labels[np.concatenate(self._training)])

    def _cut(self, chosen: NDArray[np.bool_]) -> list[Rows]:
        """Row numbers of every sequence, foot to head."""
        scans = [group.index.to_numpy() for _, group in self._data.table[chosen].groupby("scan", sort=True)]
        length = self._spec.sequence
        parts = [rows[start : start + length] for rows in scans for start in range(0, len(rows), length)]
        return [rows for rows in parts if not np.isnan(self._labels[rows]).all()]

    def _stack(self, sequences: Sequence[Rows]) -> Tensor:
        """(B, reach + S + reach, H, W), air after a sequence's end."""
        size = self._data.size
        hu = torch.full((len(sequences), self._spec.sequence + 2 * self._reach, size, size), float(AIR_HU))
        for number, rows in enumerate(sequences):
            wanted = self._data.around(int(rows[0]), int(rows[-1]), self._reach)
            hu[number, : len(wanted)] = torch.from_numpy(self._data.hu(wanted))
        return hu

    def _padded(self, hu: Tensor, sequences: Sequence[Rows]) -> Tensor:
        for number, rows in enumerate(sequences):
            hu[number, len(rows) + 2 * self._reach :] = torch.nan
        return hu

    def _targets(self, sequences: Sequence[Rows]) -> dict[str, Tensor]:
        labels = torch.full((len(sequences), self._spec.sequence, self._labels.shape[1]), torch.nan)
        for number, rows in enumerate(sequences):
            labels[number, : len(rows)] = torch.from_numpy(self._labels[rows])
        return {"labels": labels}
