"""One array of a store while it is written: rows are encoded here, many times faster than zarr's own machinery does it.

Rows wait in one file, whatever order they come in; sixteen bytes a row are held in memory. Encoding lets Python's lock
go, so that it scales with threads.
"""

import errno
import os
import threading
from functools import partial
from pathlib import Path

import google_crc32c
import numpy as np
import zarr
from numcodecs.blosc import compress
from numpy.typing import ArrayLike, DTypeLike

from bleedmap.provenance.archive import Members
from bleedmap.slices.chunks import CHECKSUM, CODECS


class RowWriter:
    """An array to fill, row by row; a row that is never written is zero. Any number of threads may write at once.

    Args:
        rows: how many there are; more may be appended.
        shape: of one row.
        dtype: such as ``uint8``.
        waiting: file to make, for what has been encoded.
    """

    def __init__(self, rows: int, shape: tuple[int, ...], dtype: DTypeLike, waiting: Path) -> None:
        self._rows, self._shape, self._dtype = rows, shape, np.dtype(dtype).newbyteorder("<")
        self._places: dict[int, tuple[int, int]] = {}
        self._end, self._lock = 0, threading.Lock()
        self._file = os.open(waiting, os.O_RDWR | os.O_CREAT | os.O_EXCL)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __setitem__(self, where: int | slice, values: ArrayLike) -> None:
        numbers = range(self._rows)[where]
        rows = [numbers] if isinstance(numbers, int) else list(numbers)
        every = np.broadcast_to(np.asarray(values, dtype=self._dtype), (len(rows), *self._shape))
        for row, value in zip(rows, every, strict=True):
            self._write(row, np.ascontiguousarray(value))

    def append(self, values: ArrayLike) -> None:
        """More rows after the last one.

        Args:
            values: (n, ...) of the array's shape.
        """
        start = self._rows
        self._rows += len(np.asarray(values))
        self[start:] = values

    def describe(self, group: zarr.Group, name: str) -> None:
        """Make the array in a zarr group, with nothing in it: only what zarr has to know to read it."""
        chunks = (1, *self._shape)
        group.create_array(name, shape=(self._rows, *self._shape), chunks=chunks, dtype=self._dtype, compressors=CODECS)

    def members(self, name: str) -> Members:
        """Where in the store its encoded rows belong, and what gives each; rows that are zero throughout have none."""
        inner = ["0"] * len(self._shape)
        return {
            (name, "c", str(row), *inner): partial(os.pread, self._file, length, start)
            for row, (start, length) in self._places.items()
        }

    def _write(self, row: int, value: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> None:
        if not value.any():
            self._places.pop(row, None)
            return
        content = compress(value, b"lz4", CODECS[0].clevel, typesize=self._dtype.itemsize)
        content += google_crc32c.value(content).to_bytes(CHECKSUM, "little")
        with self._lock:
            start = self._end
            self._end += len(content)
        if os.pwrite(self._file, content, start) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._places[row] = (start, len(content))
