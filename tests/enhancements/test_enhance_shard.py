import numpy as np

from bleedmap.config.enhancements import HeadEqualisedSpec
from bleedmap.enhancements import build_enhancement
from bleedmap.enhancements.enhance_shard import as_stored, enhance_shard
from bleedmap.slices.store import SliceStore

SPEC = HeadEqualisedSpec()


def test_an_enhanced_store_differs_from_the_plain_one_in_its_hu_alone(slice_store, tmp_path):
    enhance_shard(build_enhancement(SPEC), SPEC, slice_store, tmp_path / "out")
    every = slice(None)
    with SliceStore(slice_store) as plain, SliceStore(tmp_path / "out") as enhanced:
        assert enhanced.table.equals(plain.table)
        assert enhanced.boxes == plain.boxes
        for name in ("brain", "truth"):
            np.testing.assert_array_equal(enhanced.rows(name, every), plain.rows(name, every))
        hu, brain = plain.rows("hu", slice(4, 8)), plain.rows("brain", slice(4, 8)) > 0
        alone = as_stored(build_enhancement(SPEC)(hu, brain))
        np.testing.assert_array_equal(enhanced.rows("hu", slice(4, 8)), alone)
        assert not np.array_equal(enhanced.rows("hu", every), plain.rows("hu", every))


def test_the_same_slices_give_the_same_bytes(slice_store, tmp_path):
    for name in ("a", "b"):
        enhance_shard(build_enhancement(SPEC), SPEC, slice_store, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
