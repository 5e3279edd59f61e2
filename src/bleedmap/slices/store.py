"""Stores: zarr arrays in one zip file a shard, readable slice by slice, byte-identical for identical content.

They are plain zarr, for any program to read; ``rows`` reads them faster than zarr does (see ``chunks``).

A slice store names its rows (scan, slice, labels); map, mask and prediction stores of the same shard have the same
rows in the same order.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import zarr
from numpy.typing import NDArray
from zarr.storage import LocalStore, ZipStore

from bleedmap.constants import CLASSES
from bleedmap.provenance.archive import directory, pack_folder
from bleedmap.slices.chunks import Directory, RowChunks
from bleedmap.slices.row_writer import RowWriter

TABLE = ("scan", "subject", "slice", *CLASSES, "drawn")


class StoreWriter:
    """A store while it is written.

    Args:
        folder: where it is built.
        attributes: what to note of it; more may follow.
    """

    def __init__(self, folder: Path, attributes: Mapping[str, Any]) -> None:
        self._folder = folder
        self._arrays: dict[str, RowWriter] = {}
        self.group = zarr.create_group(LocalStore(folder / "store"), attributes=dict(attributes))

    def update_attributes(self, attributes: Mapping[str, Any]) -> None:
        """Note more of it."""
        self.group.update_attributes(dict(attributes))

    def add(self, name: str, rows: int, shape: tuple[int, ...], dtype: str) -> RowWriter:
        """A new array; see ``add_rows``."""
        self._arrays[name] = RowWriter(rows, shape, dtype, self._folder / f"{name}.rows")
        return self._arrays[name]

    def close(self) -> None:
        """Close its files."""
        for array in self._arrays.values():
            array.close()

    def pack(self, path: Path) -> None:
        """Write the archive, its members sorted by name."""
        for name, array in self._arrays.items():
            array.describe(self.group, name)
        rows = [array.members(name) for name, array in self._arrays.items()]
        pack_folder(self._folder / "store", path, dict(chain.from_iterable(each.items() for each in rows)))


@contextmanager
def write_store(path: Path, attributes: Mapping[str, Any]) -> Iterator[StoreWriter]:
    """A store to fill; it appears whole at ``path`` when the block ends.

    zarr's own ``ZipStore`` would put the clock into the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        writer = StoreWriter(Path(folder), attributes)
        with closing(writer):
            yield writer
            writer.pack(path)


def add_rows(
    store: StoreWriter, name: str, rows: int, size: int, dtype: str, *, channels: int | None = None
) -> RowWriter:
    """A new array, stored row by row.

    Args:
        store: what ``write_store`` gave.
        name: of the array.
        rows: slices of the shard.
        size: rows and columns of a slice.
        dtype: such as ``uint8``.
        channels: None for (rows, size, size); K for (rows, K, size, size).
    """
    return store.add(name, rows, (size, size) if channels is None else (channels, size, size), dtype)


class Store:
    """A store opened for reading; use as a context."""

    def __init__(self, path: Path) -> None:
        self._path, self._zip = path, ZipStore(path, mode="r")
        self.group = zarr.open_group(self._zip, mode="r")
        self._opened: dict[str, RowChunks] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for chunks in self._opened.values():
            chunks.close()
        self._zip.close()

    def rows(self, name: str, where: slice) -> NDArray[Any]:
        """Rows of an array, as numpy.

        Raises:
            OSError: the file was damaged after it was written.
        """
        if name not in self._opened:
            self._opened[name] = self.chunks(name)
        return self._opened[name].read(where)

    def chunks(self, name: str) -> RowChunks:
        """An array to read row by row, from any thread, for as long as it is not closed, which is for the caller."""
        return RowChunks(self._path, self._members, self.group[name])

    @cached_property
    def _members(self) -> Directory:
        return directory(self._path)

    @property
    def attributes(self) -> dict[str, Any]:
        """What the writer noted."""
        return dict(self.group.attrs)


@dataclass(frozen=True)
class ScanEntry:
    """What a slice store knows of a scan as a whole.

    Args:
        box: rectangle of the scan's own pixels that was resampled (``Box`` as a mapping).
        labels: (6,) int8 in the order of ``CLASSES``: 1 a bleed somewhere, 0 none, -1 unknown.
        drawn_subtypes: whether the truth names subtypes (1..5); if not, its 1 is hemorrhage of any kind.
        intensity: ``hu``, ``mr`` or ``picture`` (see ``CtVolume``).
        voxel_ml: (slices,) float64, mL that one voxel of the working grid stands for; None in pictures without mm.
        origins_mm: (slices, 3) float64, where slices begin (see ``WorkingScan``); None there too.
        pixel_mm: rows and columns of a pixel of the working grid, mm; None there too.
    """

    box: dict[str, int]
    labels: NDArray[np.int8]
    drawn_subtypes: bool
    intensity: str
    voxel_ml: NDArray[np.float64] | None
    origins_mm: NDArray[np.float64] | None = None
    pixel_mm: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` gave."""
        return cls(
            **{
                **values,
                "labels": np.array(values["labels"], dtype=np.int8),
                "voxel_ml": _floats(values["voxel_ml"]),
                "origins_mm": _floats(values["origins_mm"]),
                "pixel_mm": None if values["pixel_mm"] is None else tuple(values["pixel_mm"]),
            }
        )


def _floats(values: list[Any] | None) -> NDArray[np.float64] | None:
    return None if values is None else np.array(values, dtype=np.float64)


class SliceStore(Store):
    """Slices of a shard on the working grid.

    Arrays: ``hu`` int16 (float16 where enhanced), ``brain`` uint8, ``truth`` uint8 (0 background, 1 hemorrhage or 1..5
    in the order of ``SUBTYPES``), each (rows, size, size).

    ``table`` has a row a slice: scan, subject, slice, a column each of ``CLASSES`` (1 bleed, 0 none, -1 unknown), and
    drawn (bool, whether the slice has voxel truth). ``entries`` has what is known of each scan as a whole.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.table = pd.DataFrame(self.attributes["rows"], columns=list(TABLE))
        self.size = int(self.attributes["size"])
        self.entries = {name: ScanEntry.from_json(entry) for name, entry in self.attributes["scans"].items()}

    def scans(self) -> Iterator[tuple[str, slice]]:
        """Every scan of the shard with its rows, in order."""
        names = self.table["scan"].to_numpy()
        starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]]) if len(names) else np.array([], dtype=int)
        for start, stop in zip(starts, np.r_[starts[1:], len(names)], strict=True):
            yield str(names[start]), slice(int(start), int(stop))


def slice_attributes(rows: Sequence[Sequence[object]], size: int, entries: Mapping[str, ScanEntry]) -> dict[str, Any]:
    """Attributes of a slice store.

    Args:
        rows: a row a slice, values in the order of ``TABLE``.
        size: rows and columns of the working grid.
        entries: by scan.
    """
    return {
        "rows": [list(row) for row in rows],
        "size": size,
        "scans": {name: entry.as_json() for name, entry in entries.items()},
    }
