import numpy as np
import pytest

from bleedmap.faithfulness.baselines import blurred_tissue, plain_tissue


@pytest.fixture
def head():
    """A slice of 1000 HU around a brain of 30 with a bleed of 70; its neighbours are of 10 and 90 HU throughout."""
    inside = np.zeros((1, 32, 32), dtype=bool)
    inside[0, 6:26, 6:26] = True
    middle = np.where(inside, 30, 1000).astype(np.float32)
    middle[0, 10:14, 10:14] = 70
    return np.stack([np.full_like(middle, 10), middle, np.full_like(middle, 90)], axis=1), inside


def test_a_deleted_brain_is_brain_without_a_bleed_and_its_neighbours_lose_the_same_pixels(head):
    images, inside = head
    plain = plain_tissue(images, inside)
    assert (plain[0][:, inside[0]] == 30).all()
    assert (plain[0][:, ~inside[0]] == images[0][:, ~inside[0]]).all()
    assert plain.dtype == images.dtype


def test_a_blurred_brain_has_neither_detail_nor_bone_in_it(head):
    images, inside = head
    blurred = blurred_tissue(images, inside, 0.1)
    assert (blurred[0][:, ~inside[0]] == images[0][:, ~inside[0]]).all()
    middle = blurred[0, 1][inside[0]]
    assert middle.min() >= 30
    assert 33 < middle.max() < 50
    np.testing.assert_allclose(blurred[0, 0][inside[0]], 10, rtol=1e-5)
    # sharper with a smaller share
    assert blurred_tissue(images, inside, 0.02)[0, 1][inside[0]].max() > 60


def test_each_slice_has_its_own_median():
    images = np.array([[[[1.0, 2.0, 9.0]]], [[[5.0, 6.0, 7.0]]]], dtype=np.float32)
    inside = np.array([[[True, True, True]], [[False, True, True]]])
    assert plain_tissue(images, inside)[:, 0, 0].tolist() == [[2, 2, 2], [5, 6.5, 6.5]]
