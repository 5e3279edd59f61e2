"""Mask stores and roles for the six scans of ``slice_store``."""

import numpy as np
import pytest

from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.splits.roles import read_roles


@pytest.fixture
def write_masks(tmp_path):
    """Write a mask store and return its path."""

    def write(labels, seeds=None, name="masks"):
        with write_store(tmp_path / name, {}) as group:
            for array, values in (("labels", labels), ("seeds", seeds)):
                if values is not None:
                    add_rows(group, array, len(values), values.shape[-1], "uint8")[:] = values
        return tmp_path / name

    return write


@pytest.fixture(scope="session")
def drawn(slice_store):
    """(24, 32, 32) truth of all slices, 0 or 1."""
    with SliceStore(slice_store) as store:
        return store.rows("truth", slice(None)).astype(np.uint8)


@pytest.fixture(scope="session")
def roles(split):
    """p0 and p1 are tested, p2 and p3 validate, p4 and p5 train."""
    return read_roles(split, 0)
