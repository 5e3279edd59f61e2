"""Slices of several shards read by number, for training: memory holds one batch, never the data set."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.constants import CLASSES, UNKNOWN_LABEL
from bleedmap.slices.chunks import RowChunks
from bleedmap.slices.refusals import refused_in
from bleedmap.slices.store import SliceStore, Store

Numbers = Sequence[int] | NDArray[np.intp]


class TrainingSet:
    """All slices of a data set's shards, with the masks to train on if there are any.

    ``table`` has a row a slice, in a fixed order: what a slice store's table has, shard, and row (in the shard); scans
    that an earlier stage refused are left out. Any number of threads may read.

    Args:
        shards: slice stores.
        masks: mask stores of the same shards, if masks are read; their arrays are ``labels`` and perhaps ``seeds``.
    """

    def __init__(self, shards: Sequence[Path], masks: Sequence[Path] = ()) -> None:
        self._hu: list[RowChunks] = []
        self._masks: list[RowChunks] = []
        self._seeds: list[RowChunks] = []
        tables, refused = [], set[str]()
        self._of_scans: dict[str, NDArray[np.int8]] = {}
        for number, path in enumerate(sorted(shards)):
            with SliceStore(path) as store:
                refused |= refused_in(store).keys()
                tables.append(store.table.assign(shard=number, row=np.arange(len(store.table))))
                self._of_scans |= {name: entry.labels for name, entry in store.entries.items()}
                self.size = store.size
                self._hu.append(store.chunks("hu"))
        for path in sorted(masks):
            with Store(path) as store:
                refused |= refused_in(store).keys()
                self._masks.append(store.chunks("labels"))
                if "seeds" in store.group:
                    self._seeds.append(store.chunks("seeds"))
        every = pd.concat(tables, ignore_index=True)
        self.table = every[~every["scan"].isin(refused)].reset_index(drop=True)
        self.has_seeds = bool(masks) and len(self._seeds) == len(self._masks)
        self._shard, self._row = (self.table[name].to_numpy() for name in ("shard", "row"))
        scan = self.table["scan"].to_numpy()
        # the rows of a scan follow each other, foot to head, within one shard
        self._starts = np.flatnonzero(np.r_[True, scan[1:] != scan[:-1]])
        self._ends = np.r_[self._starts[1:], len(scan)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for chunks in (*self._hu, *self._masks, *self._seeds):
            chunks.close()

    def hu(self, numbers: Numbers) -> NDArray[Any]:
        """(n, size, size) HU of slices, by their number in ``table``: int16, or float16 where they are enhanced."""
        return self._read(self._hu, numbers)

    def neighbours(self, numbers: Numbers, reach: int) -> NDArray[Any]:
        """HU of slices with those below and above them (2.5D).

        Args:
            numbers: numbers of the middle slices in ``table``.
            reach: slices on each side; past the end of a scan its last slice is repeated (spec 4.2).

        Returns:
            (n, 2 reach + 1, size, size), foot to head; types as of ``hu``.
        """
        middle = np.asarray(numbers, dtype=np.intp)[:, None]
        wanted = self._in_scan(middle, middle + np.arange(-reach, reach + 1))
        return self.hu(wanted.ravel()).reshape(*wanted.shape, self.size, self.size)

    def around(self, first: int, last: int, reach: int) -> list[int]:
        """Numbers of a run of slices of one scan and of those below and above it; a scan's last slice is repeated.

        Args:
            first: number of the run's first slice in ``table``.
            last: number of its last slice.
            reach: slices on each side.
        """
        wanted = self._in_scan(np.array(first), np.arange(first - reach, last + reach + 1))
        return [int(number) for number in wanted]

    def scans(self) -> list[NDArray[np.intp]]:
        """Numbers of each scan's slices, foot to head; ``hu`` of one of them is the whole scan."""
        return [np.asarray(rows, dtype=np.intp) for rows in np.split(np.arange(len(self.table)), self._starts[1:])]

    def labels(self, numbers: Numbers, classes: Sequence[str]) -> NDArray[np.float32]:
        """(n, classes) labels of slices, 0 or 1; NaN where nobody said."""
        labels = self.table.loc[np.asarray(numbers, dtype=np.intp), list(classes)].to_numpy(dtype=np.float32)
        return np.where(labels == UNKNOWN_LABEL, np.float32(np.nan), labels)

    def scan_labels(self, classes: Sequence[str]) -> NDArray[np.float32]:
        """(scans, classes) labels of whole scans, in the order of ``scans``; 0 or 1, NaN where nobody said."""
        names = self.table["scan"].to_numpy()[self._starts]
        every = np.array([self._of_scans[name] for name in names], dtype=np.float32).reshape(-1, len(CLASSES))
        labels = every[:, [CLASSES.index(name) for name in classes]]
        return np.where(labels == UNKNOWN_LABEL, np.float32(np.nan), labels)

    def masks(self, numbers: Numbers) -> NDArray[np.uint8]:
        """(n, size, size) masks to train on: 0 background, more hemorrhage, 255 unknown."""
        return self._read(self._masks, numbers)

    def seeds(self, numbers: Numbers) -> NDArray[np.uint8]:
        """(n, size, size) seeds to train on, where ``has_seeds``; values as those of masks."""
        return self._read(self._seeds, numbers)

    def _in_scan(self, member: NDArray[np.intp], numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Numbers of slices, those past the end of the scan that ``member`` belongs to replaced by its last one."""
        place = np.searchsorted(self._starts, member, side="right") - 1
        return numbers.clip(self._starts[place], self._ends[place] - 1)

    def _read(self, stores: Sequence[RowChunks], numbers: Numbers) -> NDArray[Any]:
        found = np.empty((len(numbers), *stores[0].shape), dtype=stores[0].dtype)
        for number, out in zip(np.asarray(numbers, dtype=np.intp).tolist(), found, strict=True):
            stores[self._shard[number]].read_into(int(self._row[number]), out)
        return found
