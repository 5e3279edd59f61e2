import numpy as np
import pytest

from bleedmap.faithfulness.pointing_game import pointing_game


@pytest.fixture
def slices():
    """Maps, brains and bleeds of one slice: all of it is brain but the first row; it bleeds in two of six pixels."""
    maps = np.array([[[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]])
    inside = np.array([[[False, False], [True, True], [True, True]]])
    bleeds = np.array([[[False, False], [False, True], [False, True]]])
    return maps, inside, bleeds


def test_the_highest_pixel_hits_the_bleed_or_misses_it(slices):
    maps, inside, bleeds = slices
    assert pointing_game(maps, inside, bleeds).tolist() == [1.0]
    assert pointing_game(maps[..., ::-1], inside, bleeds).tolist() == [0.0]


def test_a_highest_place_outside_of_the_brain_does_not_count(slices):
    maps, inside, bleeds = slices
    maps[0, 0, 0] = 9
    assert pointing_game(maps, inside, bleeds).tolist() == [1.0]


def test_among_several_highest_pixels_the_share_in_the_bleed_counts(slices):
    maps, inside, bleeds = slices
    maps[0, 2] = 0.7
    assert pointing_game(maps, inside, bleeds).tolist() == [0.5]
    # a map that says nothing hits as often as chance: two of four pixels of brain bleed
    assert pointing_game(np.zeros_like(maps), inside, bleeds).tolist() == [0.5]
    bleeds[0, 1, 1] = False
    assert pointing_game(np.zeros_like(maps), inside, bleeds).tolist() == [0.25]


def test_without_a_bleed_or_a_brain_there_is_no_game(slices):
    maps, inside, bleeds = slices
    assert np.isnan(pointing_game(maps, inside, np.zeros_like(bleeds))).all()
    assert np.isnan(pointing_game(maps, np.zeros_like(inside), bleeds)).all()
    assert len(pointing_game(maps[:0], inside[:0], bleeds[:0])) == 0
