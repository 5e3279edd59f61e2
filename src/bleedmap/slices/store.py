"""Stores: zarr arrays in one zip file a shard, readable slice by slice, byte-identical for identical content.

A slice store names its rows (scan, slice, label); map, mask and prediction stores of the same shard have the same
rows in the same order.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray
from zarr.storage import LocalStore, ZipStore

from bleedmap.provenance.archive import pack_folder


@contextmanager
def write_store(path: Path, attributes: Mapping[str, Any]) -> Iterator[zarr.Group]:
    """A zarr group to fill; it appears whole at ``path`` when the block ends.

    ``ZipStore`` would put the clock into the file, so the group is built in a folder and packed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        yield zarr.create_group(LocalStore(folder), attributes=dict(attributes))
        pack_folder(Path(folder), path)


def add_rows(group: zarr.Group, name: str, rows: int, size: int, dtype: str, *, chunk: int = 1) -> zarr.Array:
    """A new (rows, size, size) array, stored ``chunk`` slices at a time."""
    return group.create_array(
        name, shape=(rows, size, size), chunks=(max(1, min(chunk, rows)), size, size), dtype=dtype
    )


class Store:
    """A store opened for reading; use as a context."""

    def __init__(self, path: Path) -> None:
        self._zip = ZipStore(path, mode="r")
        self.group = zarr.open_group(self._zip, mode="r")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def rows(self, name: str, where: slice) -> NDArray[Any]:
        """Rows of an array, as numpy."""
        return np.asarray(self.group[name][where])

    @property
    def attributes(self) -> dict[str, Any]:
        """What the writer noted."""
        return dict(self.group.attrs)


class SliceStore(Store):
    """Slices of a shard on the working grid.

    Arrays: ``hu`` int16, ``brain`` uint8, ``truth`` uint8, each (rows, size, size).
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.table = pd.DataFrame(self.attributes["rows"], columns=["scan", "subject", "slice", "label", "has_truth"])
        self.size = int(self.attributes["size"])
        self.boxes: dict[str, dict[str, int]] = self.attributes["boxes"]

    def scans(self) -> Iterator[tuple[str, slice]]:
        """Every scan of the shard with its rows, in order."""
        names = self.table["scan"].to_numpy()
        starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if len(names) else np.array([], dtype=int)
        for start, stop in zip(starts, np.r_[starts[1:], len(names)], strict=True):
            yield str(names[start]), slice(int(start), int(stop))
