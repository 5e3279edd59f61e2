import time

import numpy as np
import pytest

from bleedmap.slices.chunks import SliceChunks
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store


def test_the_same_content_gives_the_same_bytes_later(tmp_path):
    for name in ("a", "b"):
        with write_store(tmp_path / name, {"x": 1, "y": [1, 2]}) as group:
            add_rows(group, "maps", 3, 16, "float16")[:] = np.linspace(0, 1, 3 * 256).reshape(3, 16, 16)
        time.sleep(2.1)  # a zip keeps time in steps of two seconds
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_broken_write_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), write_store(tmp_path / "a", {}):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_rows_come_back(tmp_path):
    values = np.arange(2 * 256, dtype=np.int16).reshape(2, 16, 16)
    with write_store(tmp_path / "a", {}) as group:
        add_rows(group, "hu", 2, 16, "int16")[:] = values
    with Store(tmp_path / "a") as store:
        np.testing.assert_array_equal(store.rows("hu", slice(1, 2)), values[1:])


def test_scans_are_found_by_their_rows(slice_store):
    with SliceStore(slice_store) as store:
        assert [(name, rows.start, rows.stop) for name, rows in store.scans()] == [
            ("s0", 0, 4), ("s1", 4, 8), ("s2", 8, 12), ("s3", 12, 16), ("s4", 16, 20), ("s5", 20, 24)
        ]  # fmt: skip


def test_slices_read_one_by_one_are_those_that_zarr_reads(slice_store):
    with Store(slice_store) as store:
        for name in ("hu", "brain", "truth"):  # truth has slices that are zero throughout and so not stored
            chunks = SliceChunks(slice_store, store.group[name])
            read = np.stack([chunks.read(row) for row in range(24)])
            np.testing.assert_array_equal(read, store.rows(name, slice(None)))
            assert read.dtype == store.group[name].dtype
            chunks.close()


def test_a_slice_damaged_on_disk_is_not_served(slice_store, tmp_path):
    content = slice_store.read_bytes()
    middle = content.index(b"hu/c/3/0/0") + 200
    (tmp_path / "a").write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    with Store(tmp_path / "a") as store:
        chunks = SliceChunks(tmp_path / "a", store.group["hu"])
    with pytest.raises(OSError, match="damaged"):
        chunks.read(3)


def test_several_slices_a_chunk_are_refused(tmp_path):
    with write_store(tmp_path / "a", {}) as group:
        add_rows(group, "hu", 4, 16, "int16", chunk=2)[:] = 1
    with Store(tmp_path / "a") as store, pytest.raises(ValueError, match="one slice a chunk"):
        SliceChunks(tmp_path / "a", store.group["hu"])
