import numpy as np
import pytest

from bleedmap.slices.neighbours import stack_neighbours

SCAN = np.arange(4, dtype=np.int16)[:, None, None] * np.ones((1, 2, 3), dtype=np.int16)


def test_a_slice_stands_between_its_neighbours_and_the_ends_are_repeated():
    stacks = stack_neighbours(SCAN, 1)
    assert stacks.shape == (4, 3, 2, 3)
    assert stacks[:, :, 0, 0].tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 3]]
    assert stacks.dtype == np.int16


def test_a_reach_past_both_ends_repeats_both():
    assert stack_neighbours(SCAN[:2], 3)[:, :, 0, 0].tolist() == [[0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1]]


def test_without_reach_every_slice_is_alone():
    np.testing.assert_array_equal(stack_neighbours(SCAN, 0)[:, 0], SCAN)


def test_some_slices_have_the_neighbours_that_they_have_among_all():
    np.testing.assert_array_equal(stack_neighbours(SCAN, 2, [3, 0]), stack_neighbours(SCAN, 2)[[3, 0]])


@pytest.mark.parametrize("reach", [0, 1])
def test_a_scan_without_slices_has_no_stacks(reach):
    assert stack_neighbours(SCAN[:0], reach).shape == (0, 2 * reach + 1, 2, 3)
