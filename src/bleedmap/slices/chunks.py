"""Single slices of a store, read straight from its zip: many times faster than through zarr, which is made for blocks.

The stores of this project keep one slice a chunk, as one zstd frame, uncompressed in the zip, and leave out slices that
are zero throughout. So a slice is one read at a known place; twenty bytes a slice are held in memory, and any number of
threads may read at once.
"""

import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numcodecs import Zstd
from numpy.typing import NDArray

LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip member: lengths of its name and of its extra field


class SliceChunks:
    """One array of a store, slice by slice.

    Args:
        path: the store.
        array: one of its arrays, (rows, size, size), as ``add_rows`` makes them.
    """

    def __init__(self, path: Path, array: zarr.Array) -> None:
        if array.chunks[0] != 1 or [codec.to_dict()["name"] for codec in array.compressors] != ["zstd"]:
            msg = f"{array.basename} is not stored one slice a chunk as zstd"
            raise ValueError(msg)
        self._shape, self._dtype = array.shape[1:], array.dtype.newbyteorder("<")
        self._places = np.zeros(array.shape[0], dtype=[("start", "<i8"), ("length", "<i8"), ("crc", "<u4")])
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                parts = member.filename.split("/")
                if parts[:2] == [array.basename, "c"]:
                    self._places[int(parts[2])] = (member.header_offset, member.compress_size, member.CRC)
        self._file = os.open(path, os.O_RDONLY)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def read(self, row: int) -> NDArray[Any]:
        """One slice, (size, size).

        Raises:
            OSError: the file was damaged after it was written.
        """
        start, length, crc = self._places[row].tolist()
        if not length:
            return np.zeros(self._shape, dtype=self._dtype)
        name, extra = LOCAL_HEADER.unpack(os.pread(self._file, LOCAL_HEADER.size, start))
        frame = os.pread(self._file, length, start + LOCAL_HEADER.size + name + extra)
        if zlib.crc32(frame) != crc:
            msg = "a slice store is damaged; delete it and run the workflow again"
            raise OSError(msg)
        return np.frombuffer(Zstd().decode(frame), dtype=self._dtype).reshape(self._shape)
