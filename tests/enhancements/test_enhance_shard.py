import numpy as np
from numpy.testing import assert_array_equal

from bleedmap.config.enhancements import HeadEqualisedSpec
from bleedmap.enhancements.enhance_scan import enhance_scan
from bleedmap.enhancements.enhance_shard import enhance_shard
from bleedmap.slices.store import SliceStore

SPEC = HeadEqualisedSpec()


def test_an_enhanced_store_differs_from_the_plain_one_in_its_hu_alone(slice_store, tmp_path):
    enhance_shard(SPEC, slice_store, tmp_path / "out")
    every = slice(None)
    with SliceStore(slice_store) as plain, SliceStore(tmp_path / "out") as enhanced:
        assert enhanced.table.equals(plain.table)
        assert {name: entry.as_json() for name, entry in enhanced.entries.items()} == {
            name: entry.as_json() for name, entry in plain.entries.items()
        }
        for name in ("brain", "truth"):
            assert_array_equal(enhanced.rows(name, every), plain.rows(name, every))
        hu, brain = plain.rows("hu", slice(4, 8)), plain.rows("brain", slice(4, 8)) > 0
        assert_array_equal(enhanced.rows("hu", slice(4, 8)), enhance_scan(SPEC, hu, brain))
        assert not np.array_equal(enhanced.rows("hu", every), plain.rows("hu", every))
        assert enhanced.attributes["resolved"] == SPEC.resolutions()


def test_the_same_slices_give_the_same_bytes(slice_store, tmp_path):
    for name in ("a", "b"):
        enhance_shard(SPEC, slice_store, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
