import pytest
import torch
import torch.nn.functional as F

from bleedmap.config.training import AugmentSpec
from bleedmap.slices.augment import augment as apply
from bleedmap.slices.augment import draw_changes

STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)


def augment(spec, hu, masks, key, indices):
    return apply(draw_changes(spec, key, indices), hu, masks)


def batch(samples=4):
    generator = torch.Generator().manual_seed(0)
    hu = torch.rand((samples, 2, 32, 32), generator=generator) * 80
    return hu, (hu > 60).float()


def test_a_sample_is_changed_the_same_way_in_any_batch():
    hu, masks = batch()
    together, _ = augment(AugmentSpec(), hu, masks, (1, 2), [5, 6, 7, 8])
    alone, _ = augment(AugmentSpec(), hu[2:3], masks[2:3], (1, 2), [7])
    torch.testing.assert_close(together[2:3], alone)


def test_another_epoch_draws_anew():
    hu, masks = batch()
    one, _ = augment(AugmentSpec(), hu, masks, (1, 2), [5, 6, 7, 8])
    two, _ = augment(AugmentSpec(), hu, masks, (1, 3), [5, 6, 7, 8])
    assert not torch.allclose(one, two)


def test_nothing_asked_changes_nothing():
    hu, masks = batch()
    same, same_masks = augment(STILL, hu, masks, (0, 0), range(4))
    torch.testing.assert_close(same, hu, rtol=0, atol=1e-3)
    torch.testing.assert_close(same_masks, masks)


def test_mask_moves_with_the_image():
    image = torch.full((1, 1, 64, 64), 0.0)
    image[0, 0, 10:30, 12:40] = 100.0
    spec = AugmentSpec(noise_hu=0, gain=0, rotate_degrees=30, shift=0.1)
    moved, mask = augment(spec, image, (image > 50).float(), (3, 4), [9])
    assert mask.sum() > 200
    agreement = ((moved > 50) == (mask > 0.5)).float().mean()
    assert agreement > 0.98


PAPER_002 = AugmentSpec(shear=0.05, offset_hu=20, blur=0.5, sharpen=0.5)


def test_shear_offset_and_sharpness_do_not_depend_on_the_batch_and_leave_the_other_draws_alone():
    hu, masks = batch()
    together, _ = augment(PAPER_002, hu, masks, (1, 2), [5, 6, 7, 8])
    alone, _ = augment(PAPER_002, hu[2:3], masks[2:3], (1, 2), [7])
    torch.testing.assert_close(together[2:3], alone)
    plain, _ = augment(AugmentSpec(), hu, masks, (1, 2), [5, 6, 7, 8])
    offset = STILL.model_copy(update={"offset_hu": 20.0})
    added, _ = augment(offset, hu, masks, (1, 2), [5, 6, 7, 8])
    differences = (added - hu).flatten(1)
    assert (differences.amax(1) - differences.amin(1) < 5e-3).all()
    assert 1 < differences.abs().max() <= 20
    assert not torch.allclose(plain, together)


def test_some_samples_are_blurred_and_some_sharpened_and_flat_tissue_stays():
    spec = STILL.model_copy(update={"blur": 0.5, "sharpen": 0.5})
    spot = torch.zeros((32, 1, 9, 9))
    spot[:, 0, 4, 4] = 100.0
    found, _ = augment(spec, spot, spot[:, :0], (0, 0), range(32))
    peaks = found[:, 0, 4, 4]
    assert (peaks < 99).any()
    assert (peaks > 101).any()
    assert peaks.max() <= 100 * (1 + 4 * 0.5)
    # a Gaussian of 0.5 pixels keeps 0.62 of a single pixel: 1 / (1 + 2 exp(-2)) along each axis
    assert peaks.min() >= 61
    torch.testing.assert_close(found.sum(dim=(1, 2, 3)), torch.full((32,), 100.0), rtol=1e-3, atol=0.1)
    flat = torch.full((8, 1, 9, 9), 33.0)
    torch.testing.assert_close(augment(spec, flat, flat[:, :0], (0, 0), range(8))[0], flat, rtol=1e-4, atol=1e-2)


def test_shear_moves_columns_along_rows_and_mask_and_image_alike():
    spec = STILL.model_copy(update={"shear": 0.9})
    image = torch.zeros((1, 1, 65, 65))
    image[0, 0, :, 30:35] = 100.0
    moved, mask = augment(spec, image, (image > 50).float(), (0, 0), [1])
    middles = [(moved[0, 0, row] > 50).nonzero().float().mean().item() for row in (22, 32, 42)]
    assert abs(middles[1] - 32) < 1
    assert abs(middles[0] - middles[2]) > 3
    assert ((moved > 50) == (mask > 0.5)).float().mean() > 0.98


def test_right_angles_and_flips_show_a_picture_in_all_eight_ways_and_exactly():
    picture = torch.arange(64.0).reshape(1, 1, 8, 8)
    spec = STILL.model_copy(update={"right_angles": True, "flip": True, "flip_rows": True})
    samples = 60
    moved, masks = augment(
        spec, picture.repeat(samples, 1, 1, 1), picture.repeat(samples, 1, 1, 1), (1, 2), range(samples)
    )
    ways = {
        tuple(torch.rot90(way, turns, (2, 3)).flatten().tolist())
        for way in (picture, picture.flip(3))
        for turns in range(4)
    }
    assert {tuple(each.round().flatten().tolist()) for each in moved} == ways
    torch.testing.assert_close(masks, moved, rtol=0, atol=1e-3)


def test_noise_has_at_least_the_deviation_that_is_asked():
    spec = STILL.model_copy(update={"noise_hu": 16.0, "least_noise_hu": 7.0})
    even = torch.zeros((40, 1, 64, 64))
    moved, _ = augment(spec, even, even[:, :0], (1, 2), range(40))
    spread = moved.std(dim=(1, 2, 3))
    assert 6.8 < spread.min() < 8.5
    assert 14.5 < spread.max() < 16.3
    with pytest.raises(ValueError, match="ascending"):
        AugmentSpec(least_noise_hu=5)


def test_the_place_of_a_sample_is_that_of_every_earlier_release():
    # seed 1, epoch 2, slice 7, as drawn when images were augmented one by one
    earlier = [[0.950087070, 0.251953036, 0.096521348], [-0.251953036, 0.950087070, -0.031438384]]
    torch.testing.assert_close(draw_changes(AugmentSpec(), (1, 2), [7]).affine, torch.tensor([earlier]))
    turned = AugmentSpec(shear=0.05, right_angles=True, flip_rows=True)
    earlier = [[0.251953036, -0.961641669, 0.096521348], [0.950087070, 0.208381906, -0.031438384]]
    torch.testing.assert_close(draw_changes(turned, (1, 2), [7]).affine, torch.tensor([earlier]))


@pytest.mark.parametrize("size", [(32, 32), (17, 24)])
def test_samples_move_as_torch_moves_them(size):
    hu = torch.rand((3, 2, *size), generator=torch.Generator().manual_seed(0)) * 80
    changes = draw_changes(AugmentSpec(noise_hu=0, gain=0), (1, 2), [5, 6, 7])
    moved, masks = apply(changes, hu, (hu > 60).float())
    grid = F.affine_grid(changes.affine, list(hu.shape), align_corners=False)
    torch.testing.assert_close(moved, F.grid_sample(hu + 1024, grid, align_corners=False) - 1024, rtol=0, atol=2e-2)
    agreement = masks == F.grid_sample((hu > 60).float(), grid, mode="nearest", align_corners=False)
    assert agreement.float().mean() > 0.999


def test_slices_are_moved_as_they_are_stored():
    whole = torch.randint(-1024, 3000, (4, 2, 32, 32), generator=torch.Generator().manual_seed(0), dtype=torch.int16)
    changes = draw_changes(AugmentSpec(), (1, 2), range(4))
    moved, _ = apply(changes, whole, whole[:, :0].float())
    assert moved.dtype == torch.float32
    torch.testing.assert_close(moved, apply(changes, whole.float(), whole[:, :0].float())[0], rtol=0, atol=0)


def test_noise_is_normal_and_that_of_no_other_sample():
    spec = STILL.model_copy(update={"noise_hu": 4.0, "least_noise_hu": 4.0})
    even = torch.zeros((2, 1, 128, 128))
    moved, _ = augment(spec, even, even[:, :0], (1, 2), [5, 6])
    values = moved.flatten(1)
    assert values.mean(1).abs().max() < 0.15
    # of a normal deviate 95.45 % lie within two deviations
    assert ((values.abs() < 8).float().mean(1) - 0.9545).abs().max() < 0.01
    assert torch.corrcoef(values)[0, 1].abs() < 0.03
