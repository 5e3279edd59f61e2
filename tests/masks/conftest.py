"""Maps for the slice store of all tests, as mask methods of a whole shard want them."""

import numpy as np
import pytest

from bleedmap.masks.map_inputs import MapInputs
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.store import SliceStore, add_rows, write_store
from tests.stand_in import StandIn


@pytest.fixture
def inputs(slice_store, tmp_path):
    """Maps that are one everywhere; slices 1 and 2 of every scan have high scores, as have their labels but in s5."""
    ones = np.ones((24, 1), dtype=np.float32)
    with SliceStore(slice_store) as store:
        table = store.table
        with write_store(tmp_path / "maps", map_attributes(["any"], ones * 0, ones, [])) as group:
            add_rows(group, "maps", len(table), store.size, "float16", channels=1)[:] = 1
    scores = table[["scan", "subject", "slice"]].assign(label=table["any"], score=table["slice"].isin([1, 2]) * 0.9)
    return MapInputs(tmp_path / "maps", StandIn(["any"]), scores.assign(**{"class": "any"}), 0.5)
