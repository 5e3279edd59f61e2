"""Pictures of benchmarks: where the head is, how it is exported, what went wrong."""

import numpy as np
import pytest


def test_the_head_is_found_wherever_it_lies():
    from benchmarks.pictures.frame import head_box

    hu = np.full((200, 300), -1000, dtype=np.int16)
    hu[40:141, 120:201] = 60
    box = head_box(hu)
    assert (box.top + box.height / 2, box.left + box.width / 2) == pytest.approx((90.5, 160.5), abs=1)
    assert 101 <= box.height == box.width <= 115


def test_pictures_are_a_function_of_their_seed():
    import torch

    from benchmarks.pictures.exported import as_pictures

    hu = torch.full((8, 64, 64), 35.0)
    first, second = (as_pictures(hu, hu[:, None] > 0, torch.Generator().manual_seed(3)) for _ in range(2))
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    assert float((first[0].amax((1, 2)) - first[0].amin((1, 2))).max()) <= 80


def test_anchored_pictures_show_the_brain_with_the_density_of_brain():
    import torch

    from benchmarks.pictures.exported import anchored

    picture = torch.full((2, 32, 32), 60.0)
    picture[:, :16, :8] = 80.0
    brain = torch.zeros((2, 32, 32), dtype=torch.bool)
    brain[0, :, 4:] = True
    alike = anchored(picture, brain)
    assert alike[0, 20, 20] == 33
    assert float(alike[0].max() - alike[0].min()) == 20
    torch.testing.assert_close(alike[1], picture[1])


def test_the_worst_misses_are_the_slices_deepest_among_the_other_class():
    from benchmarks.pictures.misses import worst

    scores = np.array([0.9, 0.1, 0.8, 0.2, 0.95, 0.3])
    labels = np.array([1, 1, 1, 0, 0, 0])
    assert set(worst(scores, labels)[:2].tolist()) == {1, 4}
