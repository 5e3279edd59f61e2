import numpy as np
import pytest
import torch

from bleedmap.config.segmenters import UNet2dSpec, UNet3dSpec
from bleedmap.segmenters.segmenter import Segmenter, segment_scan, without_specks
from bleedmap.training.losses import DiceAndCrossEntropy

FLAT = UNet2dSpec(channels=(4, 8), residual_units=1)
DEEP = UNet3dSpec(channels=(4, 8, 8), residual_units=1, depth=4, flat_levels=1)


def network(spec):
    torch.manual_seed(0)
    return Segmenter(spec).eval()


@pytest.mark.parametrize(
    ("spec", "depth"),
    [
        *((FLAT, depth) for depth in (1, 3, 8)),
        *((DEEP, depth) for depth in (2, 4, 8)),
        *((UNet3dSpec(channels=(4, 8, 8), depth=1, flat_levels=2), depth) for depth in (1, 3, 5)),
        (UNet3dSpec(channels=(4, 4, 8, 8, 8), residual_units=0, norm="batch"), 16),
    ],
)
def test_logits_have_the_shape_of_the_stack(spec, depth):
    with torch.no_grad():
        assert network(spec)(torch.zeros((2, depth, 32, 32))).shape == (2, depth, 32, 32)


@pytest.mark.parametrize("spec", [FLAT, DEEP])
def test_a_network_on_a_coarser_plane_answers_on_the_fine_one(spec):
    coarse = network(spec.model_copy(update={"plane": 32}))
    hu = torch.rand((2, 4, 64, 64), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        assert coarse(hu).shape == hu.shape
        # on its own plane nothing is resampled, and weights do not know the plane
        torch.testing.assert_close(coarse(hu[:, :, :32, :32]), network(spec)(hu[:, :, :32, :32]), rtol=1e-4, atol=1e-5)
        even = torch.full((1, 4, 64, 64), 40.0)
        small = network(spec)(even[:, :, :32, :32])
        torch.testing.assert_close(coarse(even).mean(), small.mean(), rtol=1e-2, atol=1e-3)


def test_a_2d_network_sees_every_slice_alone():
    model = network(FLAT)
    hu = torch.rand((1, 3, 32, 32), generator=torch.Generator().manual_seed(0)) * 80
    with torch.no_grad():
        together = model(hu)
        alone = torch.stack([model(hu[:, [number]])[:, 0] for number in range(3)], dim=1)
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("spec", [FLAT, DEEP])
@pytest.mark.parametrize("slices", [1, 3, 4, 7, 13])
def test_a_scan_with_fewer_or_more_slices_than_a_patch_is_predicted_whole(spec, slices):
    hu = np.random.default_rng(0).integers(-1024, 200, (slices, 32, 32)).astype(np.int16)
    probabilities = segment_scan(network(spec), hu)
    assert probabilities.shape == hu.shape
    assert probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_sliding_over_slices_changes_nothing_for_a_network_without_depth():
    hu = np.random.default_rng(0).integers(-20, 90, (5, 32, 32)).astype(np.int16)
    model = network(FLAT)
    with torch.no_grad():
        expected = model(torch.from_numpy(hu).float()[None])[0].sigmoid().numpy()
    np.testing.assert_allclose(segment_scan(model, hu), expected, atol=1e-5)


def test_the_prediction_of_a_mirrored_scan_is_mirrored_if_the_mirror_image_counts():
    hu = np.random.default_rng(0).integers(-20, 90, (5, 32, 32)).astype(np.int16)
    mirrored = np.ascontiguousarray(hu[:, :, ::-1])
    alone = network(DEEP)
    both = network(DEEP.model_copy(update={"mirror": True}))
    assert np.abs(segment_scan(alone, mirrored)[:, :, ::-1] - segment_scan(alone, hu)).max() > 1e-3
    np.testing.assert_allclose(segment_scan(both, mirrored)[:, :, ::-1], segment_scan(both, hu), atol=1e-6)
    mean = (segment_scan(alone, hu) + segment_scan(alone, mirrored)[:, :, ::-1]) / 2
    np.testing.assert_allclose(segment_scan(both, hu), mean, atol=1e-6)


def test_perfect_predictions_cost_almost_nothing():
    masks = (torch.rand((2, 4, 8, 8), generator=torch.Generator().manual_seed(0)) > 0.7).float()
    assert DiceAndCrossEntropy()((masks - 0.5) * 60, masks).item() == pytest.approx(0, abs=1e-4)


def test_two_empty_masks_cost_almost_nothing():
    empty = torch.zeros((2, 4, 8, 8))
    assert DiceAndCrossEntropy()(empty - 40, empty).item() == pytest.approx(0, abs=1e-4)


def test_the_loss_of_a_hand_example():
    masks = torch.tensor([1.0, 1.0, 0.0, 0.0]).reshape(1, 1, 2, 2)
    # every probability is 1/2: Dice loss 1 - 2 * 1 / (2 + 2), cross-entropy log 2
    loss = DiceAndCrossEntropy()(torch.zeros((1, 1, 2, 2)), masks)
    assert loss.item() == pytest.approx(0.5 + np.log(2), abs=1e-4)


def test_dice_is_taken_over_the_batch_so_an_empty_patch_does_not_count_by_itself():
    masks = torch.zeros((2, 1, 2, 2))
    masks[0] = 1
    logits = torch.full((2, 1, 2, 2), 60.0)
    logits[1] = -60
    wrong = logits.clone()
    wrong[1, 0, 0, 0] = 0
    # one voxel of eight at probability 1/2: Dice loss 1 - 2 * 4 / (4 + 4.5), cross-entropy log 2 / 8
    expected = 1 - 8 / 8.5 + np.log(2) / 8
    assert DiceAndCrossEntropy()(wrong, masks).item() == pytest.approx(expected, abs=1e-4)


def test_specks_are_left_out_and_bleeds_stay():
    mask = np.zeros((4, 32, 32), dtype=bool)
    mask[0, 2:4, 2:4] = mask[1:3, 10:20, 10:20] = True
    assert [int(without_specks(mask, size).sum()) for size in (0, 5, 500)] == [204, 200, 0]
