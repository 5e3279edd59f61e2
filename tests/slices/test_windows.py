import torch

from bleedmap.config.slices import WindowSpec
from bleedmap.slices.windows import apply_windows, grey_bytes


def test_bounds_become_zero_and_one_and_the_level_a_half():
    hu = torch.tensor([[-1000.0, 0.0, 40.0, 80.0, 3000.0]])
    out = apply_windows(hu, [WindowSpec(level=40, width=80), WindowSpec(level=0, width=2000)])
    assert out.shape == (1, 2, 5)
    torch.testing.assert_close(out[0, 0], torch.tensor([0.0, 0.0, 0.5, 1.0, 1.0]))


def test_the_same_hu_gives_the_same_grey_whatever_surrounds_it():
    window = WindowSpec(level=40, width=80)
    dark, bright = torch.tensor([[40, 0]]), torch.tensor([[40, 80]])
    assert grey_bytes(dark, window)[0, 0] == grey_bytes(bright, window)[0, 0] == 128
