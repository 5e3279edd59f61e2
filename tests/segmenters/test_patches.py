import numpy as np
import pytest

from bleedmap.config.losses import DiceBceSpec
from bleedmap.config.segmenters import SegmenterTraining, UNet2dSpec, UNet3dSpec
from bleedmap.config.training import AugmentSpec
from bleedmap.errors import TrainingError
from bleedmap.segmenters.patches import PatchBatches
from bleedmap.slices.training_set import TrainingSet

STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)
TRAINING = SegmenterTraining(batch=2, augment=STILL)
SPEC = UNet3dSpec(patches_per_scan=3, training=TRAINING)
AIR, UNKNOWN = -1024, 255


@pytest.fixture
def opened(slice_store, write_masks):
    """Open ``slice_store`` with masks of one's own."""
    sets = []

    def open_set(labels, seeds=None):
        sets.append(TrainingSet([slice_store], [write_masks(labels, seeds, f"masks{len(sets)}")]))
        return sets[-1]

    yield open_set
    for each in sets:
        each.__exit__(None, None, None)


@pytest.fixture
def data(opened, drawn):
    return opened(drawn)


def patches(data, depth, roles, spec=SPEC):
    role = np.array([roles.get(scan, "test") for scan in data.table["scan"]])
    return PatchBatches(data, role, spec, depth, seed=1)


def whole(batches, name="masks"):
    shown = list(batches)
    return np.concatenate([hu for hu, _ in shown]), np.concatenate([targets[name] for _, targets in shown])


@pytest.mark.parametrize("depth", [1, 2])
def test_every_training_scan_gives_as_many_patches_as_asked(data, depth):
    batches = patches(data, depth, {"s0": "train", "s1": "train", "s5": "train", "s2": "validation"})
    shown = list(batches.training(0))
    assert [len(hu) for hu, _ in shown] == [2, 2, 2, 2, 1]
    assert len(shown) == batches.steps()
    patch = np.concatenate([hu.numpy() for hu, _ in shown])
    scans = [data.hu(range(start, start + 4)) for start in (0, 4, 20)]
    found = [
        sum(any(np.allclose(one, scan[s : s + depth], atol=0.1) for s in range(5 - depth)) for one in patch)
        for scan in scans
    ]
    assert found == [3, 3, 3]


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 8])
def test_validation_shows_every_voxel_once(data, drawn, depth):
    batches = patches(data, depth, {"s0": "train", "s2": "validation", "s3": "validation"})
    hu, masks = whole(batches.validation())
    assert hu.shape == masks.shape == (2 * -(-4 // depth), depth, 32, 32)
    counts = (masks != UNKNOWN).all(axis=(2, 3))
    np.testing.assert_array_equal(hu[counts], data.hu(range(8, 16)))
    np.testing.assert_array_equal(masks[counts], drawn[8:16])
    assert (masks[~counts] == UNKNOWN).all()


def test_a_patch_past_the_end_of_a_long_scan_reaches_down_instead_of_into_air(data):
    hu, masks = whole(patches(data, 3, {"s0": "train", "s2": "validation"}).validation())
    np.testing.assert_array_equal(hu[1], data.hu([9, 10, 11]))
    np.testing.assert_array_equal((masks[1] == UNKNOWN).all(axis=(1, 2)), [True, True, False])


@pytest.mark.parametrize("part", ["training", "validation"])
def test_a_short_scan_is_filled_up_with_air_of_which_nothing_is_known(data, part):
    batches = patches(data, 6, {"s0": "train", "s2": "validation"})
    hu, masks = whole(batches.training(0) if part == "training" else batches.validation())
    assert (hu[:, 4:] == AIR).all()
    assert (masks[:, 4:] == UNKNOWN).all()
    assert (masks[:, :4] != UNKNOWN).all()


def test_the_mask_lies_on_its_patch(data):
    for hu, targets in patches(data, 2, {"s0": "train", "s1": "train", "s2": "validation"}).training(0):
        assert targets["masks"].dtype.is_floating_point is False
        np.testing.assert_array_equal(targets["masks"] == 1, np.abs(hu.numpy() - 65) < 10)


def test_corners_that_turn_into_the_picture_are_unknown(data):
    turned = TRAINING.model_copy(update={"augment": STILL.model_copy(update={"shift": 0.4})})
    spec = SPEC.model_copy(update={"training": turned, "patches_per_scan": 8})
    hu, masks = whole(patches(data, 4, {"s0": "train", "s2": "validation"}, spec).training(0))
    assert set(np.unique(masks)) == {0, 1, UNKNOWN}
    assert (hu[masks == UNKNOWN] < -1000).all()


def test_patches_follow_from_seed_and_epoch(data):
    batches = patches(data, 1, {f"s{scan}": "train" for scan in range(5)} | {"s5": "validation"})
    first, again, later = (whole(batches.training(epoch))[0] for epoch in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, later)


def test_patches_with_hemorrhage_are_as_many_as_their_share_asks(data):
    spec = UNet2dSpec(patches_per_scan=200, training=TRAINING)
    for share, low, high in ((1.0, 1.0, 1.0), (0.0, 0.4, 0.6)):  # two of four slices bleed
        batches = patches(
            data, 1, {"s0": "train", "s2": "validation"}, spec.model_copy(update={"foreground_share": share})
        )
        _, masks = whole(batches.training(0))
        assert low <= (masks == 1).any(axis=(1, 2, 3)).mean() <= high


def test_slices_of_which_nothing_is_known_are_context_and_never_the_aim(opened, drawn):
    masks = drawn.copy()
    masks[[0, 1, 9]] = UNKNOWN
    data = opened(masks)
    roles = {"s0": "train", "s2": "validation"}
    hu, _ = whole(patches(data, 1, roles, UNet2dSpec(patches_per_scan=20, training=TRAINING)).training(0))
    assert {int(np.abs(data.hu(range(4)) - one).sum(axis=(1, 2)).argmin()) for one in hu[:, 0]} == {2, 3}
    hu, known = whole(patches(data, 1, roles).validation())
    np.testing.assert_array_equal(hu[:, 0], data.hu([8, 10, 11]))
    hu, known = whole(patches(data, 2, roles).training(0))
    assert all((each != UNKNOWN).any() for each in known)
    # neighbours stay neighbours
    starts = [int(np.abs(data.hu(range(4)) - one[0]).sum(axis=(1, 2)).argmin()) for one in hu]
    for start, one in zip(starts, hu, strict=True):
        np.testing.assert_allclose(one, data.hu([start, start + 1]), atol=0.1)


def test_unknown_voxels_do_not_count_among_negatives_or_positives(opened, drawn):
    masks = drawn.copy()
    masks[0] = UNKNOWN
    masks[1, :16] = UNKNOWN
    known = masks[:4][masks[:4] != UNKNOWN]
    batches = patches(opened(masks), 2, {"s0": "train", "s2": "validation"})
    assert batches.negatives_per_positive() == pytest.approx((known == 0).sum() / (known == 1).sum())


def test_scans_of_which_nothing_is_known_are_left_out(opened, drawn):
    masks = drawn.copy()
    masks[4:8] = UNKNOWN
    batches = patches(opened(masks), 2, {"s0": "train", "s1": "train", "s2": "validation"})
    assert batches.steps() == 2


def test_subtypes_reach_the_loss_as_they_are(opened, drawn):
    _, masks = whole(patches(opened(drawn * 4), 4, {"s0": "train", "s2": "validation"}).training(0))
    assert set(np.unique(masks)) == {0, 4}


class SeedLoss(DiceBceSpec):
    READS = ("masks", "seeds")


def reading_seeds(augment=STILL):
    # a spec that a config could hold once a loss of the family reads seeds
    training = TRAINING.model_copy(update={"loss": SeedLoss(), "augment": augment})
    return SPEC.model_copy(update={"training": training})


def test_seeds_come_beside_the_masks_where_the_loss_reads_them(opened, drawn):
    seeds = np.where(drawn > 0, 1, UNKNOWN).astype(np.uint8)
    data, roles = opened(drawn, seeds), {"s0": "train", "s2": "validation"}
    batches = patches(data, 6, roles, reading_seeds(AugmentSpec()))
    for part in (batches.training(0), batches.validation()):
        for _, targets in part:
            assert targets["seeds"].shape == targets["masks"].shape
            np.testing.assert_array_equal(targets["seeds"] == 1, targets["masks"] == 1)
            assert (targets["seeds"][:, 4:] == UNKNOWN).all()
    _, targets = next(patches(data, 6, roles).training(0))
    assert list(targets) == ["masks"]


def test_a_loss_that_reads_seeds_is_refused_masks_without(data):
    with pytest.raises(TrainingError) as caught:
        patches(data, 2, {"s0": "train", "s2": "validation"}, reading_seeds())
    assert caught.value.code == "no-seeds"


@pytest.mark.parametrize("roles", [{"s0": "train"}, {"s0": "validation"}, {}])
def test_a_fold_without_masks_on_both_sides_is_refused(data, roles):
    with pytest.raises(TrainingError) as caught:
        patches(data, 2, roles)
    assert caught.value.code == "no-masks"


def test_training_masks_without_a_voxel_are_refused(data):
    with pytest.raises(TrainingError) as caught:
        patches(data, 2, {"s5": "train", "s0": "validation"})
    assert caught.value.code == "empty-masks"


def test_training_masks_without_a_voxel_are_learnt_from_where_the_config_says_so(data):
    batches = patches(data, 2, {"s5": "train", "s0": "validation"}, SPEC.model_copy(update={"empty_masks": "learn"}))
    (hu, targets), *_ = batches.training(0)
    assert hu.shape[0] == targets["masks"].shape[0] > 0
    assert not (targets["masks"] == 1).any()
    assert batches.negatives_per_positive() > 1
