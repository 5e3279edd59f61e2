import os
import time

import numpy as np
import pytest

from bleedmap.slices.chunks import CODECS
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


@pytest.mark.parametrize("array", ["hu", "brain", "truth"])  # truth has slices that are zero throughout: not stored
def test_rows_are_those_that_zarr_reads(slice_store, array):
    with Store(slice_store) as store:
        for where in (slice(None), slice(3, 9), slice(23, 24), slice(5, 5)):
            read = store.rows(array, where)
            np.testing.assert_array_equal(read, np.asarray(store.group[array][where]))
            assert read.dtype == store.group[array].dtype


def test_maps_of_several_classes_come_back(tmp_path):
    values = np.random.default_rng(0).random((3, 6, 16, 16)).astype(np.float16)
    with write_store(tmp_path / "a", {}) as group:
        add_rows(group, "maps", 3, 16, "float16", channels=6)[:] = values
    with Store(tmp_path / "a") as store:
        np.testing.assert_array_equal(store.rows("maps", slice(1, 3)), values[1:])


def damaged(slice_store, path, change):
    """A store with another content in the middle of the fourth slice."""
    content = slice_store.read_bytes()
    middle = content.index(b"hu/c/3/0/0") + 200
    path.write_bytes(change(content, middle))
    return path


def flipped(content, middle):
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_a_slice_damaged_on_disk_is_not_served(slice_store, tmp_path):
    with Store(damaged(slice_store, tmp_path / "a", flipped)) as store:
        np.testing.assert_array_equal(store.rows("hu", slice(2, 3)).shape, (1, 32, 32))
        with pytest.raises(OSError, match="damaged"):
            store.rows("hu", slice(2, 5))


def test_a_store_cut_short_while_it_is_read_is_not_served(slice_store, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(slice_store.read_bytes())
    with Store(path) as store:
        chunks = store.chunks("hu")
        os.truncate(path, path.read_bytes().index(b"hu/c/3/0/0") + 100)
        with pytest.raises(OSError, match="damaged"):
            chunks.read(slice(3, 4))
        chunks.close()


def test_rows_are_encoded_as_zarr_encodes_them(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"hu": rng.normal(0, 50, (3, 16, 16)).astype("int16"), "maps": rng.random((3, 16, 16)).astype("float16")}
    with write_store(tmp_path / "ours", {}) as ours, write_store(tmp_path / "zarrs", {}) as zarrs:
        for name, values in arrays.items():
            add_rows(ours, name, 3, 16, values.dtype.name)[:] = values
            settings = {"chunks": (1, 16, 16), "dtype": values.dtype, "compressors": CODECS}
            zarrs.group.create_array(name, shape=(3, 16, 16), **settings)[:] = values
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "zarrs").read_bytes()


def test_a_store_of_another_make_is_refused(tmp_path):
    with write_store(tmp_path / "a", {}) as group:
        group.group.create_array("hu", shape=(4, 16, 16), chunks=(2, 16, 16), dtype="int16", compressors=CODECS)[:] = 1
        group.group.create_array("truth", shape=(4, 16, 16), chunks=(1, 16, 16), dtype="uint8")[:] = 1
    with Store(tmp_path / "a") as store:
        for name in ("hu", "truth"):
            with pytest.raises(ValueError, match="one row a chunk"):
                store.rows(name, slice(None))
