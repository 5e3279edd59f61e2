"""Training data of a segmenter: patches of neighbouring slices with what is known of their voxels."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.segmenters import AnySegmenter
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.errors import TrainingError
from bleedmap.segmenters.padding import fill_up, fill_up_unknown
from bleedmap.segmenters.patch_places import Patch, PatchPlaces
from bleedmap.slices.augment import Changes, augment, draw_changes
from bleedmap.slices.prefetch import Places, batches_of, feed
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.together import Batch, shared


class PatchBatches:
    """Patches of as many slices as the network is trained on; a scan with fewer is filled up with air.

    In training every scan gives ``spec.patches_per_scan`` patches an epoch, a share of them around a slice with
    hemorrhage (which fills few voxels of a scan), the others at random heights; in validation its slices are covered
    once, from the foot up.

    Targets are ``masks``, (B, D, H, W) uint8, and ``seeds``, the same, if the loss reads them. What no mask speaks of
    is 255, unknown: slices without truth, air that fills up a short scan, corners that turned into the picture.

    Args:
        data: slices and masks of all shards.
        roles: role of every row of ``data.table`` in the fold.
        spec: batch size, augmentation, loss.
        depth: slices of a patch.
        seed: with the epoch, it decides order, heights and augmentation.

    Raises:
        TrainingError: no training mask has a single voxel, or the loss reads seeds and there are none.
    """

    def __init__(self, data: TrainingSet, roles: NDArray[np.str_], spec: AnySegmenter, depth: int, seed: int) -> None:
        self._data, self._spec, self._depth, self._seed = data, spec, depth, seed
        self._reads_seeds = "seeds" in spec.training.loss.READS
        if self._reads_seeds and not data.has_seeds:
            raise TrainingError(
                "no-seeds",
                found=f"masks without seeds, which the loss {spec.training.loss.method} reads",
                expected="masks with seeds",
                remedy="choose a mask method that writes seeds, or another loss",
            )
        self._training, self._validation = (self._usable(roles == role) for role in ("train", "validation"))
        self._refuse_nothing_to_learn()

    def training(self, epoch: int) -> Iterator[Batch]:
        """Patches of one epoch."""
        rng = np.random.default_rng([self._seed, epoch])
        per_scan = self._spec.patches_per_scan
        order = rng.permutation(len(self._training) * per_scan)
        patches = [self._training[number // per_scan].draw(self._spec.foreground_share, rng) for number in order]
        settings = self._spec.training

        def read(part: Places) -> tuple[Tensor, Tensor, Changes]:
            changes = draw_changes(settings.augment, (self._seed, epoch), order[part].tolist())
            return *self._stack([patches[place] for place in part]), changes

        def ready(read: tuple[Tensor, Tensor, Changes]) -> Batch:
            hu, masks, changes = read
            # the augmenter fills with zero what turns in from outside the picture, so here unknown is zero
            hu, moved = augment(changes, hu, masks.float() - UNKNOWN_VOXEL)
            return hu, self._targets((moved + UNKNOWN_VOXEL).to(torch.uint8))

        batches = batches_of(len(order), settings.batch)
        yield from shared(batches, lambda parts: feed(read, ready, parts, settings.workers))

    def validation(self) -> Iterator[Batch]:
        """Validation scans, cut into patches."""
        settings = self._spec.training
        patches = [patch for scan in self._validation for patch in scan.cover()]

        def read(part: Places) -> tuple[Tensor, Tensor]:
            return self._stack([patches[place] for place in part])

        def ready(read: tuple[Tensor, Tensor]) -> Batch:
            hu, masks = read
            return hu.float(), self._targets(masks)

        batches = batches_of(len(patches), settings.batch)
        yield from shared(batches, lambda parts: feed(read, ready, parts, settings.workers))

    def steps(self) -> int:
        """Training batches of an epoch."""
        return -(-len(self._training) * self._spec.patches_per_scan // self._spec.training.batch)

    def negatives_per_positive(self) -> float:
        """Known voxels without hemorrhage for each one with, in the training data; as if of one where there is none."""
        positive = max(1, sum(scan.positive for scan in self._training))
        return (sum(scan.known for scan in self._training) - positive) / positive

    def _usable(self, chosen: NDArray[np.bool_]) -> list[PatchPlaces]:
        """The chosen scans with at least one known voxel, in order of their names."""
        groups = self._data.table[chosen].groupby("scan", sort=True)
        rows = [group.index.to_numpy() for _, group in groups]
        places = [PatchPlaces.of(numbers, self._data.masks(numbers), self._depth) for numbers in rows]
        return [scan for scan in places if scan.known]

    def _refuse_nothing_to_learn(self) -> None:
        if not self._training or not self._validation:
            raise TrainingError(
                "no-masks",
                found=f"{len(self._training)} training and {len(self._validation)} validation scans with masks",
                expected="at least one of each",
                remedy="give masks to more scans, or choose a mask method that needs none",
            )
        if self._spec.empty_masks == "refuse" and not any(scan.positive for scan in self._training):
            raise TrainingError(
                "empty-masks",
                found="training masks without a single voxel of hemorrhage",
                expected="some hemorrhage to learn from",
                remedy="lower the threshold of the mask method, train the classifier longer, or set the segmenter's "
                "empty_masks: learn",
            )

    def _stack(self, patches: Sequence[Patch]) -> tuple[Tensor, Tensor]:
        """(B, D, H, W) HU as they are stored; (B, D or 2 D, H, W) masks and, if they are read, the seeds after them."""
        hu = torch.stack([fill_up(torch.from_numpy(self._data.hu(rows)), self._depth) for rows, _ in patches])
        readers = (self._data.masks, self._data.seeds) if self._reads_seeds else (self._data.masks,)
        masks = torch.cat(
            [torch.stack([self._marked(read(p.rows), p.seen) for p in patches]) for read in readers], dim=1
        )
        return hu, masks

    def _marked(self, marks: NDArray[np.uint8], seen: int) -> Tensor:
        """Masks or seeds of a patch, filled up; unknown where an earlier patch has shown them."""
        marks[:seen] = UNKNOWN_VOXEL
        return fill_up_unknown(torch.from_numpy(marks), self._depth)

    def _targets(self, masks: Tensor) -> dict[str, Tensor]:
        names = ("masks", "seeds") if self._reads_seeds else ("masks",)
        parts = torch.split(masks, self._depth, dim=1)
        return {name: part.contiguous() for name, part in zip(names, parts, strict=True)}
