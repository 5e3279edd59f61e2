import math

import numpy as np
import pytest

from bleedmap.scoring.froc import METRICS, JudgedPoints, froc

NONE = -math.inf


def judged(boxes, false, slices):
    return JudgedPoints(np.array(boxes, dtype=float), np.array(false, dtype=float), slices)


def test_it_is_the_curve_of_a_hand_example():
    # eight slices: 1/8 a slice is one false point, 1/4 two, 1/2 four, ...; three of four boxes hold a point
    found = froc([judged([0.9, 0.7, NONE], [0.8, 0.5], 5), judged([0.3], [0.4], 3)])
    # none false: 0.9 alone; one (0.8): also 0.7; two (0.5): the same; from three (0.4) on: also 0.3
    expected = {"froc_0.125": 0.5, "froc_0.25": 0.5, "froc_0.5": 0.75, "froc_1": 0.75, "froc_8": 0.75}
    assert {name: found[name] for name in expected} == expected
    # 1/2 from 1/8 to 3/8 of a false point a slice, then 3/4 up to 8
    low, high = math.log(3) / math.log(64), 1 - math.log(3) / math.log(64)
    assert found["froc_area"] == pytest.approx(0.5 * low + 0.75 * high)
    assert tuple(found) == METRICS


def test_a_false_point_as_high_as_a_true_one_comes_with_it():
    assert froc([judged([0.5], [0.5], 4)])["froc_0.125"] == 0
    assert froc([judged([0.5], [0.5], 8)])["froc_0.125"] == 1


def test_ranks_alone_count_and_a_detector_without_false_points_has_its_sensitivity_everywhere():
    scan = judged([0.9, 0.2, NONE], [0.8, 0.1], 8)
    cubed = judged([0.9**3, 0.2**3, NONE], [0.8**3, 0.1**3], 8)
    assert froc([scan]) == froc([cubed])
    sure = froc([judged([0.9, NONE], [], 8)])
    assert list(sure.values()) == pytest.approx([0.5] * 8)


def test_without_boxes_nothing_could_be_found():
    assert all(math.isnan(value) for value in froc([judged([], [0.5], 4)]).values())
