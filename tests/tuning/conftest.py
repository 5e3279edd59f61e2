"""Roles of the six subjects of ``slice_store``, and stores like it."""

import pytest

from bleedmap.slices.store import SliceStore, add_rows, write_store
from bleedmap.splits.roles import Roles, read_roles


@pytest.fixture(scope="session")
def roles(split):
    """p0 and p1 are tested, p2 and p3 validate (so they are tuned on), p4 and p5 train."""
    return read_roles(split, 0)


@pytest.fixture(scope="session")
def roles_with_tune():
    """The same with p3 to tune on."""
    return Roles(
        {"p0": "test", "p1": "test", "p2": "validation", "p3": "tune", "p4": "train", "p5": "train"},
    )


@pytest.fixture
def rewrite(slice_store, tmp_path):
    """Write ``slice_store`` again with changed arrays and return its path."""

    def write(change, change_rows=lambda rows: rows):
        with SliceStore(slice_store) as store:
            arrays = {name: store.rows(name, slice(None)) for name in ("hu", "brain", "truth")}
            attributes = store.attributes
        change(arrays)
        attributes["rows"] = change_rows(attributes["rows"])
        path = tmp_path / "rewritten.zarr.zip"
        with write_store(path, attributes) as group:
            for name, values in arrays.items():
                add_rows(group, name, len(values), values.shape[-1], str(values.dtype))[:] = values
        return path

    return write
