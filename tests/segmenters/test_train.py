import numpy as np
import pytest
import torch

from bleedmap.config.masks import TruthSpec
from bleedmap.config.segmenters import UNet2dSpec, UNet3dSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.masks import build_masks
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import Segmenter, load_segmenter
from bleedmap.segmenters.train import train_segmenter
from bleedmap.slices.store import SliceStore, Store
from bleedmap.training.outputs import write_training

FLAT = UNet2dSpec(
    channels=(8, 16),
    residual_units=0,
    patches_per_scan=32,
    training=TrainingSpec(epochs=15, batch=4, learning_rate=0.01),
)
DEEP = UNet3dSpec(channels=(4, 8), residual_units=1, depth=4, training=TrainingSpec(epochs=1, batch=4))


def train(spec, slice_store, folds, folder):
    masks = folder / "masks"
    mask_shard(build_masks(TruthSpec()), TruthSpec(), slice_store, None, masks)
    trained = train_segmenter(spec, [slice_store], [masks], folds, 0, 3, seed=1, threads=1)
    write_training(folder / "model.safetensors", trained, spec, code="abc", data=[masks], seed=1)
    return trained


@pytest.fixture(scope="module")
def folder(slice_store, folds, tmp_path_factory):
    """What training a 2D network on the truth leaves behind."""
    folder = tmp_path_factory.mktemp("segmenter")
    train(FLAT, slice_store, folds, folder)
    return folder


@pytest.mark.parametrize("spec", [DEEP, FLAT.model_copy(update={"training": DEEP.training})])
def test_a_second_training_writes_the_same_bytes(spec, slice_store, folds, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        train(spec, slice_store, folds, tmp_path / name)
    for name in ("model.safetensors", "history.csv", "manifest.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_loaded_segmenter_gives_the_logits_of_the_trained_one(slice_store, folds, tmp_path):
    trained = train(DEEP, slice_store, folds, tmp_path)
    model = Segmenter(DEEP)
    model.load_state_dict(trained.weights)
    loaded = load_segmenter(tmp_path / "model.safetensors")
    hu = torch.rand((1, 4, 32, 32)) * 80
    with torch.no_grad():
        assert torch.equal(loaded(hu), model.eval()(hu))
    assert loaded.spec == DEEP


def test_a_network_taught_the_truth_finds_the_blobs_of_test_scans_and_leaves_the_others_empty(
    folder, slice_store, folds, tmp_path
):
    segment_shard(load_segmenter(folder / "model.safetensors"), slice_store, folds, 0, 3, tmp_path / "out")
    with Store(tmp_path / "out") as predicted, SliceStore(slice_store) as slices:
        masks, truth = predicted.rows("labels", slice(None)), slices.rows("truth", slice(None))
    # in fold 0 the scans of part 0 are tested: s0 and s1, rows 0 to 7
    assert 2 * (masks[:8] & truth[:8]).sum() / (masks[:8].sum() + truth[:8].sum()) > 0.8
    assert set(np.unique(masks)) == {0, 1}
    assert not masks[8:].any()
