import torch

from bleedmap.config.training import AugmentSpec
from bleedmap.slices.augment import augment

STILL = AugmentSpec(flip=False, rotate_degrees=0, scale=0, shift=0, noise_hu=0, gain=0)


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
