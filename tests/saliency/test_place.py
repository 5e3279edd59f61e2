import pytest
import torch

from bleedmap.saliency.centres import Axis, Centres, patch_centres
from bleedmap.saliency.place import place


def test_a_map_keeps_its_place_when_it_grows():
    maps = torch.zeros(1, 4, 5)
    maps[0, 1, 2] = 1
    placed = place(maps, Centres(Axis(3.0, 4.0), Axis(-1.0, 8.0)), (18, 37))[0]
    assert placed[7, 15] == pytest.approx(1)
    assert placed[8, 15] == pytest.approx(3 / 4)
    assert placed[7, 12] == pytest.approx(5 / 8)
    assert placed[11, 15] == placed[7, 23] == 0


def test_past_the_outermost_cells_the_border_goes_on():
    placed = place(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), Centres(Axis(2.0, 4.0), Axis(2.0, 4.0)), (12, 12))[0]
    assert placed[:3, :3].unique().tolist() == [1]
    assert placed[6:, 6:].unique().tolist() == [4]


def test_cells_that_are_patches_are_placed_as_interpolation_does():
    maps = torch.rand((2, 3, 5, 7), generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.interpolate(maps, size=(20, 28), mode="bilinear", align_corners=False)
    torch.testing.assert_close(place(maps, patch_centres(4), (20, 28)), expected)
