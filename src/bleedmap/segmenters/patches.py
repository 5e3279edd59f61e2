"""Training data of a segmenter: stacks of neighbouring slices with their masks."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.errors import TrainingError
from bleedmap.slices.augment import AIR_HU, augment
from bleedmap.slices.prefetch import ahead
from bleedmap.slices.training_set import TrainingSet

Batch = tuple[Tensor, Tensor]


class PatchBatches:
    """Patches of ``spec.patch_depth`` slices; a scan with fewer slices is filled up with air.

    In training every scan gives ``spec.patches_per_scan`` patches an epoch, a share of them around a slice with
    hemorrhage (which fills few voxels of a scan), the others at random heights; in validation its slices are covered
    once, from the foot up.

    Args:
        data: slices and masks of all shards.
        roles: role of every row of ``data.table`` in the fold.
        usable: (rows,) bool, slices whose mask says something.
        spec: patch depth, batch size, augmentation.
        seed: with the epoch, it decides order, heights and augmentation.

    Raises:
        TrainingError: no training mask has a single voxel.
    """

    def __init__(
        self, data: TrainingSet, roles: NDArray[np.str_], usable: NDArray[np.bool_], spec: AnySegmenter, seed: int
    ) -> None:
        self._data, self._spec, self._seed = data, spec, seed
        self._training = self._scans((roles == "train") & usable)
        self._validation = self._scans((roles == "validation") & usable)
        if not self._training or not self._validation:
            raise TrainingError(
                "no-masks",
                found=f"{len(self._training)} training and {len(self._validation)} validation scans with masks",
                expected="at least one of each",
                remedy="give masks to more scans, or choose a mask method that needs none",
            )
        voxels = [data.masks(scan.tolist()).sum(axis=(1, 2)) for scan in self._training]
        self._bleeding = [np.flatnonzero(slices) for slices in voxels]
        self._positive = float(sum(slices.sum() for slices in voxels))
        if not any(len(slices) for slices in self._bleeding):
            raise TrainingError(
                "empty-masks",
                found="training masks without a single voxel of hemorrhage",
                expected="some hemorrhage to learn from",
                remedy="lower the threshold of the mask method, or train the classifier longer",
            )

    def training(self, epoch: int) -> Iterator[Batch]:
        """Patches of one epoch."""
        rng = np.random.default_rng([self._seed, epoch])
        per_scan = self._spec.patches_per_scan
        order = rng.permutation(len(self._training) * per_scan)
        starts = [self._start(number // per_scan, rng) for number in range(len(order))]
        batch, depth = self._spec.training.batch, self._spec.patch_depth

        def make(start: int) -> Batch:
            chosen = order[start : start + batch].tolist()
            inputs, masks = self._stack([self._training[n // per_scan][starts[n] : starts[n] + depth] for n in chosen])
            return augment(self._spec.training.augment, inputs, masks, (self._seed, epoch), chosen)

        yield from ahead(make, range(0, len(order), batch), self._spec.training.workers)

    def validation(self) -> Iterator[Batch]:
        """Validation scans, cut into patches."""
        batch, depth = self._spec.training.batch, self._spec.patch_depth
        patches = [scan[start : start + depth] for scan in self._validation for start in range(0, len(scan), depth)]

        def make(start: int) -> Batch:
            return self._stack(patches[start : start + batch])

        yield from ahead(make, range(0, len(patches), batch), self._spec.training.workers)

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._training) * self._spec.patches_per_scan // self._spec.training.batch)

    def negatives_per_positive(self) -> float:
        """Voxels without hemorrhage for each one with, in the training data."""
        voxels = sum(map(len, self._training)) * self._data.size**2
        return (voxels - self._positive) / self._positive

    def _start(self, scan: int, rng: np.random.Generator) -> int:
        """Lowest slice of a random patch."""
        last = max(0, len(self._training[scan]) - self._spec.patch_depth)
        if rng.random() < self._spec.foreground_share and len(self._bleeding[scan]):
            bleeding = int(rng.choice(self._bleeding[scan]))
            return int(np.clip(bleeding - rng.integers(self._spec.patch_depth), 0, last))
        return int(rng.integers(last + 1))

    def _scans(self, chosen: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
        """Row numbers of each scan's chosen slices, foot to head."""
        rows = self._data.table[chosen]
        return [group.index.to_numpy() for _, group in rows.groupby("scan", sort=True)]

    def _stack(self, patches: list[NDArray[np.intp]]) -> Batch:
        size = self._data.size
        inputs = torch.full((len(patches), self._spec.patch_depth, size, size), AIR_HU)
        masks = torch.zeros_like(inputs)
        for number, rows in enumerate(patches):
            inputs[number, : len(rows)] = torch.from_numpy(self._data.hu(rows.tolist()))
            masks[number, : len(rows)] = torch.from_numpy(self._data.masks(rows.tolist()))
        return inputs, masks
