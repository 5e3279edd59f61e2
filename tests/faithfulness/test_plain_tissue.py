import numpy as np

from bleedmap.faithfulness.plain_tissue import plain_tissue


def test_a_deleted_brain_is_brain_without_a_bleed_and_its_neighbours_lose_the_same_pixels():
    inside = np.zeros((32, 32), dtype=bool)
    inside[6:26, 6:26] = True
    middle = np.where(inside, 30, 1000).astype(np.float32)
    middle[10:14, 10:14] = 70
    images = np.stack([np.full_like(middle, 10), middle, np.full_like(middle, 90)])
    (plain,) = plain_tissue(images[None], inside[None])
    assert (plain[:, inside] == 30).all()
    assert (plain[:, ~inside] == images[:, ~inside]).all()
    assert plain.dtype == images.dtype


def test_each_slice_has_its_own_median():
    images = np.array([[[[1.0, 2.0, 9.0]]], [[[5.0, 6.0, 7.0]]]], dtype=np.float32)
    inside = np.array([[[True, True, True]], [[False, True, True]]])
    assert plain_tissue(images, inside)[:, 0, 0].tolist() == [[2, 2, 2], [5, 6.5, 6.5]]
