import numpy as np
import pytest
from safetensors.torch import save_file

from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec, UNet3dSpec
from bleedmap.segmenters.segment_scan import segment_scan
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import load_segmenter
from bleedmap.segmenters.train import train_segmenter
from bleedmap.segmenters.training_spec import training_json
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store

FLAT = UNet2dSpec(
    channels=(8, 16),
    residual_units=0,
    patches_per_scan=32,
    training=SegmenterTraining(epochs=15, learning_rate=0.01),
)
ONE_EPOCH = SegmenterTraining(epochs=1)
DEEP = UNet3dSpec(channels=(4, 8), residual_units=1, depth=4, training=ONE_EPOCH)


@pytest.fixture(scope="module")
def trained(slice_store, drawn, roles, tmp_path_factory):
    """A 2D network that has learnt the truth."""
    folder = tmp_path_factory.mktemp("segmenter")
    with write_store(folder / "masks", {}) as group:
        add_rows(group, "labels", len(drawn), 32, "uint8")[:] = drawn
    result = train_segmenter(FLAT, [slice_store], [folder / "masks"], roles, seed=1, threads=1)
    save_file(result.weights, folder / "model", metadata={"spec": training_json(FLAT)})
    return load_segmenter(folder / "model")


@pytest.mark.parametrize("spec", [DEEP, FLAT.model_copy(update={"training": ONE_EPOCH})])
def test_a_second_training_has_the_same_bits(spec, slice_store, drawn, roles, write_masks):
    masks = write_masks(drawn)
    first, again = (train_segmenter(spec, [slice_store], [masks], roles, seed=1, threads=1) for _ in range(2))
    assert first.history.equals(again.history)
    assert all(np.array_equal(value, again.weights[name]) for name, value in first.weights.items())


def test_voxels_nobody_knows_change_nothing_of_a_training(slice_store, drawn, roles, write_masks, tmp_path):
    """Whatever the picture shows in a 2D slice of which nothing is known, weights and history stay."""
    masks = drawn.copy()
    masks[[17, 20]] = 255  # of s4 and s5, which train
    masks[9] = 255  # of s2, which validates
    with SliceStore(slice_store) as store:
        arrays = {name: store.rows(name, slice(None)) for name in ("hu", "brain", "truth")}
        arrays["hu"][[9, 17, 20]] = 60
        attributes = store.attributes
    with write_store(tmp_path / "other", attributes) as group:
        for name, values in arrays.items():
            add_rows(group, name, len(values), 32, str(values.dtype))[:] = values
    spec = FLAT.model_copy(update={"training": ONE_EPOCH})
    first, other = (
        train_segmenter(spec, [slices], [write_masks(masks)], roles, seed=1, threads=1)
        for slices in (slice_store, tmp_path / "other")
    )
    assert first.history.equals(other.history)
    assert all(np.array_equal(value, other.weights[name]) for name, value in first.weights.items())


def test_a_network_taught_the_truth_finds_the_blobs_of_test_scans_and_leaves_the_others_empty(
    trained, slice_store, drawn, roles, tmp_path
):
    segment_shard(trained, FLAT, slice_store, roles, tmp_path / "out")
    with Store(tmp_path / "out") as predicted:
        masks = predicted.rows("labels", slice(None))
        assert predicted.attributes["classes"] == ["any"]
    # s0 and s1, rows 0 to 7, are tested
    assert 2 * (masks[:8] & drawn[:8]).sum() / (masks[:8].sum() + drawn[:8].sum()) > 0.8
    assert set(np.unique(masks)) == {0, 1}
    assert not masks[8:].any()


def test_a_shard_holds_what_its_scans_give_one_by_one(trained, slice_store, roles, tmp_path):
    spec = FLAT.model_copy(update={"threshold": 0.2, "min_component_ml": 0.5, "tta_flip": True})
    segment_shard(trained, spec, slice_store, roles, tmp_path / "out", wanted=("test", "validation"))
    with Store(tmp_path / "out") as predicted, SliceStore(slice_store) as store:
        for number, (name, rows) in enumerate(store.scans()):
            scan = (store.rows("hu", rows), store.rows("brain", rows) > 0, store.entries[name].voxel_ml)
            expected = segment_scan(trained, spec, *scan) if number < 4 else np.zeros((4, 32, 32))
            np.testing.assert_array_equal(predicted.rows("labels", rows), expected)


def test_what_acts_after_training_is_the_stages_and_not_the_models(trained, slice_store):
    with SliceStore(slice_store) as store:
        hu, brain = store.rows("hu", slice(0, 4)), store.rows("brain", slice(0, 4)) > 0
    sizes = [
        segment_scan(trained, FLAT.model_copy(update={"threshold": threshold}), hu, brain, None).sum()
        for threshold in (0.001, 0.5, 0.999)
    ]
    assert sizes[0] > sizes[1] > sizes[2]
