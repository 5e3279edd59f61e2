"""Slices of several shards read by number, for training: memory holds one batch, never the data set."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.slices.store import SliceStore, Store


class TrainingSet:
    """All slices of a data set's shards, with the masks to train on if there are any.

    ``table`` has a row a slice, in a fixed order: shard, row (in the shard), scan, subject, slice, label, has_truth.
    """

    def __init__(self, shards: Sequence[Path], masks: Sequence[Path] = ()) -> None:
        self._slices = [SliceStore(path) for path in sorted(shards)]
        self._masks = [Store(path) for path in sorted(masks)]
        tables = [
            store.table.assign(shard=number, row=np.arange(len(store.table)))
            for number, store in enumerate(self._slices)
        ]
        self.table = pd.concat(tables, ignore_index=True)
        self.size = self._slices[0].size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for store in (*self._slices, *self._masks):
            store.__exit__(kind, value, trace)

    def hu(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """(n, size, size) HU of slices, by their number in ``table``."""
        return self._read(self._slices, "hu", numbers).astype(np.float32)

    def masks(self, numbers: Sequence[int]) -> NDArray[np.float32]:
        """(n, size, size) masks to train on, 0 or 1."""
        return (self._read(self._masks, "labels", numbers) > 0).astype(np.float32)

    def masks_known(self) -> NDArray[np.bool_]:
        """(rows,) bool, slices whose mask says something; drawn truth may cover a part of the slices only."""
        return np.concatenate([np.asarray(store.attributes["known"], dtype=bool) for store in self._masks])

    def _read(self, stores: Sequence[Store], name: str, numbers: Sequence[int]) -> NDArray[Any]:
        shards, rows = self.table["shard"].to_numpy(), self.table["row"].to_numpy()
        return np.stack([stores[shards[n]].group[name][int(rows[n])] for n in numbers])
