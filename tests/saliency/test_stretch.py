import torch

from bleedmap.saliency.stretch import stretch


def test_a_constant_map_becomes_zero_and_its_bounds_are_equal():
    maps, low, high = stretch(torch.full((2, 4, 4), 7.0))
    assert (maps == 0).all()
    assert low.tolist() == high.tolist() == [7.0, 7.0]


def test_each_map_is_stretched_by_its_own_range_which_is_kept():
    maps = torch.stack([torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 100.0]])])
    stretched = stretch(maps)
    torch.testing.assert_close(stretched.maps, torch.tensor([[[0.0, 1.0]], [[0.0, 1.0]]]))
    assert stretched.low.tolist() == [1.0, 0.0]
    assert stretched.high.tolist() == [3.0, 100.0]
