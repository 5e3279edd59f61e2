import numpy as np

from bleedmap.config.saliency import CamSpec
from bleedmap.saliency import build_saliency
from bleedmap.saliency.explain_shard import explain_shard
from bleedmap.slices.store import SliceStore, Store


def test_every_slice_has_a_map_in_the_brain_alone_stretched_to_one(classifier, slice_store, tmp_path):
    explain_shard(build_saliency(CamSpec()), classifier, slice_store, tmp_path / "maps")
    with Store(tmp_path / "maps") as maps, SliceStore(slice_store) as slices:
        values, brain = maps.rows("maps", slice(None)), slices.rows("brain", slice(None)) > 0
    assert values.shape == brain.shape
    assert (values[~brain] == 0).all()
    assert set(np.unique(values.max(axis=(1, 2)))) <= {0.0, 1.0}
    assert values.any()


def test_the_same_classifier_writes_the_same_bytes(classifier, slice_store, tmp_path):
    for name in ("a", "b"):
        explain_shard(build_saliency(CamSpec()), classifier, slice_store, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
