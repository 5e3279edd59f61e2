"""Training data of a slice classifier that learns from labels of scans alone: a scan is a bag of its slices."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from bleedmap.classifiers.rarity import negatives_per_positive, refuse_one_kind
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.slices.augment import Changes, augment, draw_changes
from bleedmap.slices.prefetch import Places, batches_of, feed
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.together import Batch, shared

Read = tuple[tuple[Tensor, ...], Tensor, tuple[Changes | None, ...]]  # bags, their labels, what is done to each


class ScanBatches:
    """Batches of bags, (B, S, 2 reach + 1, H, W), with ``labels`` of their scans, (B, K), NaN where nobody said.

    Labels of slices are never read. A bag has at most ``spec.bag`` slices: a longer scan is cut into as many runs, of
    each of which one slice comes, a random one to train on, the middle one to validate on. A shorter bag is padded with
    NaN. All slices of a bag are moved, mirrored and roughened together; scans of which no class is known are left out.

    Args:
        data: slices of all shards.
        roles: role of every row of ``data.table`` in the fold.
        spec: classes, reach, size of a bag, and the training, whose batch counts slices, at least one bag a step.
        seed: with the epoch, it decides order, chosen slices and augmentation.

    Raises:
        TrainingError: training or validation scans all have, or all lack, the first class.
    """

    def __init__(self, data: TrainingSet, roles: NDArray[np.str_], spec: ClassifierSpec, seed: int) -> None:
        self._data, self._spec, self._seed = data, spec, seed
        self._scans, self._labels = data.scans(), data.scan_labels(spec.classes)
        role = np.array([roles[rows[0]] for rows in self._scans])
        is_known = ~np.isnan(self._labels).all(axis=1)
        self._train = np.flatnonzero((role == "train") & is_known)
        self._validation = np.flatnonzero((role == "validation") & is_known)
        self._batch = max(1, spec.training.batch // spec.bag)
        refuse_one_kind(self._labels[self._train, 0], "training", "scans")
        refuse_one_kind(self._labels[self._validation, 0], "validation", "scans")

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch."""
        order = np.random.default_rng([self._seed, epoch]).permutation(self._train)

        def read(part: Places) -> Read:
            scans = order[part].tolist()
            bags = [self._bag(scan, self._places(scan, epoch)) for scan in scans]
            changes = [draw_changes(self._spec.training.augment, (self._seed, epoch), [scan]) for scan in scans]
            return tuple(bags), torch.from_numpy(self._labels[scans]), tuple(changes)

        batches = batches_of(len(order), self._batch)
        yield from shared(batches, lambda parts: feed(read, _ready, parts, self._spec.training.workers))

    def validation(self) -> Iterator[Batch]:
        """All validation scans, in order."""

        def read(part: Places) -> Read:
            scans = self._validation[part].tolist()
            bags = [self._bag(scan, 0.5) for scan in scans]
            return tuple(bags), torch.from_numpy(self._labels[scans]), (None,) * len(bags)

        batches = batches_of(len(self._validation), self._batch)
        yield from shared(batches, lambda parts: feed(read, _ready, parts, self._spec.training.workers))

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._train) // self._batch)

    def negatives_per_positive(self) -> NDArray[np.float64]:
        """(K,) scans without a bleed for each one with, in the training data."""
        return negatives_per_positive(self._labels[self._train])

    def _bag(self, scan: int, within: float | NDArray[np.float64]) -> Tensor:
        """(S, 2 reach + 1, H, W) HU of a scan as stored; ``within`` each run, 0 is its first slice, 1 past its last."""
        rows = self._scans[scan]
        count = min(len(rows), self._spec.bag)
        chosen = rows[((np.arange(count) + within) * len(rows) / count).astype(int)]
        return torch.from_numpy(self._data.neighbours(chosen, self._spec.reach))

    def _places(self, scan: int, epoch: int) -> NDArray[np.float64]:
        """Where in its runs the slices of a bag are taken."""
        count = min(len(self._scans[scan]), self._spec.bag)
        return np.random.default_rng([self._seed, epoch, scan, count]).random(count)


def _ready(read: Read) -> Batch:
    """Bags side by side, padded; all slices of a bag are moved together."""
    bags, labels, changes = read
    moved = [bag.float() if change is None else _moved(bag, change) for bag, change in zip(bags, changes, strict=True)]
    return pad_sequence(moved, batch_first=True, padding_value=torch.nan), {"labels": labels}


def _moved(bag: Tensor, changes: Changes) -> Tensor:
    together = bag.flatten(0, 1)[None]
    moved, _ = augment(changes, together, together[:, :0].float())
    return moved.reshape(bag.shape)
