"""Training data of a slice classifier with context: runs of consecutive slices of one scan."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.classifiers.rarity import negatives_per_positive
from bleedmap.config.classifiers import LstmContext
from bleedmap.constants import AIR_HU
from bleedmap.slices.augment import Changes, augment, draw_changes
from bleedmap.slices.prefetch import Places, batches_of, feed
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.together import Batch, shared

Rows = NDArray[np.intp]
Read = tuple[Tensor, Tensor, tuple[int, ...], Changes | None]  # HU, labels, slices of each sequence, what is done


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

        def read(part: Places) -> Read:
            chosen = order[part].tolist()
            sequences = [self._training[number] for number in chosen]
            changes = draw_changes(self._spec.training.augment, (self._seed, epoch), chosen)
            return self._stack(sequences), self._labels_of(sequences), tuple(map(len, sequences)), changes

        batches = batches_of(len(order), self._batch)
        yield from shared(batches, lambda parts: feed(read, self._ready, parts, self._spec.training.workers))

    def validation(self) -> Iterator[Batch]:
        """All validation sequences, in order."""

        def read(part: Places) -> Read:
            sequences = [self._validation[number] for number in part]
            return self._stack(sequences), self._labels_of(sequences), tuple(map(len, sequences)), None

        batches = batches_of(len(self._validation), self._batch)
        yield from shared(batches, lambda parts: feed(read, self._ready, parts, self._spec.training.workers))

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
        """(B, reach + S + reach, H, W) HU as they are stored, air after a sequence's end."""
        around = [self._data.around(int(rows[0]), int(rows[-1]), self._reach) for rows in sequences]
        stacks = [torch.from_numpy(self._data.hu(numbers)) for numbers in around]
        length = self._spec.sequence + 2 * self._reach
        return torch.stack([F.pad(stack, (0, 0, 0, 0, 0, length - len(stack)), value=AIR_HU) for stack in stacks])

    def _labels_of(self, sequences: Sequence[Rows]) -> Tensor:
        labels = torch.full((len(sequences), self._spec.sequence, self._labels.shape[1]), torch.nan)
        for number, rows in enumerate(sequences):
            labels[number, : len(rows)] = torch.from_numpy(self._labels[rows])
        return labels

    def _ready(self, read: Read) -> Batch:
        hu, labels, lengths, changes = read
        moved = hu.float() if changes is None else augment(changes, hu, hu[:, :0].float())[0]
        for number, length in enumerate(lengths):
            moved[number, length + 2 * self._reach :] = torch.nan
        return moved, {"labels": labels}
