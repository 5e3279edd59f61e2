import numpy as np
import pytest

from bleedmap.config.masks import TruthSpec
from bleedmap.config.segmenters import UNet2dSpec, UNet3dSpec
from bleedmap.config.training import AugmentSpec, TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.masks import build_masks
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.slices.training_set import TrainingSet

STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)
TRAINING = TrainingSpec(batch=2, augment=STILL)
AIR = -1024


@pytest.fixture
def data(slice_store, tmp_path):
    mask_shard(build_masks(TruthSpec()), TruthSpec(), slice_store, None, tmp_path / "masks")
    with TrainingSet([slice_store], [tmp_path / "masks"]) as opened:
        yield opened


def patches(data, spec, roles, usable=None):
    role = np.array([roles.get(scan, "test") for scan in data.table["scan"]])
    return PatchBatches(data, role, data.masks_known() if usable is None else usable, spec, seed=1)


def deep(depth):
    return UNet3dSpec(depth=depth, flat_levels=4, patches_per_scan=3, training=TRAINING)


@pytest.mark.parametrize("spec", [deep(2), UNet2dSpec(patches_per_scan=3, training=TRAINING)])
def test_every_training_scan_gives_as_many_patches_as_asked(data, spec):
    batches = patches(data, spec, {"s0": "train", "s1": "train", "s5": "train", "s2": "validation"})
    shown = list(batches.training(0))
    assert [len(hu) for hu, _ in shown] == [2, 2, 2, 2, 1]
    assert len(shown) == batches.steps()
    patch = np.concatenate([hu.numpy() for hu, _ in shown])
    scans = [data.hu(range(start, start + 4)) for start in (0, 4, 20)]
    depth = spec.patch_depth
    found = [
        sum(any(np.allclose(one, scan[s : s + depth], atol=0.1) for s in range(5 - depth)) for one in patch)
        for scan in scans
    ]
    assert found == [3, 3, 3]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 8])
def test_validation_covers_every_slice_once_and_fills_up_with_air(data, depth):
    batches = patches(data, deep(depth), {"s0": "train", "s2": "validation", "s3": "validation"})
    hu, masks = (np.concatenate([batch[part].numpy() for batch in batches.validation()]) for part in (0, 1))
    assert hu.shape == masks.shape == (2 * -(-4 // depth), depth, 32, 32)
    slices, drawn = hu.reshape(-1, 32, 32), masks.reshape(-1, 32, 32)
    filled = (slices == AIR).all(axis=(1, 2))
    np.testing.assert_array_equal(slices[~filled], data.hu(range(8, 16)))
    np.testing.assert_array_equal(drawn[~filled], data.masks(range(8, 16)))
    assert not drawn[filled].any()


def test_the_mask_lies_on_its_patch(data):
    batches = patches(data, deep(2), {"s0": "train", "s1": "train", "s2": "validation"})
    for hu, masks in batches.training(0):
        np.testing.assert_array_equal(masks.numpy() > 0, np.abs(hu.numpy() - 65) < 10)


def test_patches_follow_from_seed_and_epoch(data):
    batches = patches(data, deep(1), {f"s{scan}": "train" for scan in range(5)} | {"s5": "validation"})
    first, again, later = (np.concatenate([hu for hu, _ in batches.training(epoch)]) for epoch in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, later)


def test_slices_whose_mask_says_nothing_are_left_out(data):
    usable = data.masks_known()
    usable[[0, 1, 9]] = False
    batches = patches(data, deep(2), {"s0": "train", "s2": "validation"}, usable)
    for hu, _ in batches.training(0):
        np.testing.assert_allclose(hu, np.broadcast_to(data.hu([2, 3]), hu.shape), atol=0.1)
    shown = np.concatenate([hu for hu, _ in batches.validation()]).reshape(-1, 32, 32)
    np.testing.assert_array_equal(shown[:3], data.hu([8, 10, 11]))


@pytest.mark.parametrize("roles", [{"s0": "train"}, {"s0": "validation"}, {}])
def test_a_fold_without_masks_on_both_sides_is_refused(data, roles):
    with pytest.raises(TrainingError) as caught:
        patches(data, deep(2), roles)
    assert caught.value.code == "no-masks"


def test_training_masks_without_a_voxel_are_refused(data):
    with pytest.raises(TrainingError) as caught:
        patches(data, deep(2), {"s5": "train", "s0": "validation"})
    assert caught.value.code == "empty-masks"
