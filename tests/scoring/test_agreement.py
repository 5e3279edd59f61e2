"""Volumes against the true ones, on numbers worked out by hand."""

import numpy as np
import pytest

from bleedmap.scoring.abc2 import abc2_ml
from bleedmap.scoring.agreement import agreement, icc


def test_abc2_of_a_block_is_diagonal_times_what_lies_across_it_times_height_by_two():
    # 4 x 6 mm: the diagonal times the width across it is twice the area, 48 mm2; three slices of 5 mm
    mask = np.zeros((5, 20, 20), dtype=bool)
    mask[1:4, 3:7, 5:11] = True
    assert abc2_ml(mask, np.full(5, 0.005), (1.0, 1.0)) == pytest.approx(48 * 15 / 2 / 1000)


def test_a_slice_with_half_of_the_largest_area_counts_half():
    mask = np.zeros((2, 20, 20), dtype=bool)
    mask[0, 3:7, 5:11] = mask[1, 3:7, 5:8] = True
    assert abc2_ml(mask, np.full(2, 0.005), (1.0, 1.0)) == pytest.approx(48 * 7.5 / 2 / 1000)


def test_a_bias_is_told_and_lowers_the_correlation_of_absolute_agreement():
    pairs = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]])
    found = {each.metric: each.value for each in agreement(pairs)}
    assert found["volume_bias_ml"] == found["volume_low_ml"] == found["volume_high_ml"] == 1
    assert icc(pairs) == pytest.approx(2 / 3)
    assert icc(np.array([[1.0, 1.0], [5.0, 5.0]])) == pytest.approx(1)
