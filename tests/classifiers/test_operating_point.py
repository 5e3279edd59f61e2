import json

import numpy as np
import pytest

from bleedmap.classifiers.operating_point import OperatingPoint


def test_youdens_point_of_a_hand_example():
    scores = np.array([0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9])
    labels = np.array([0, 0, 1, 0, 1, 1, 1])
    # sensitivity less false-positive rate is 3/4 at 0.7, 2/3 at 0.3, and less elsewhere
    point = OperatingPoint.choose(scores, labels)
    assert point.threshold == pytest.approx(0.7)
    assert point.auroc == pytest.approx(11 / 12)
    assert point.slices == 7


def test_the_slice_at_the_threshold_is_positive():
    scores, labels = np.array([0.2, 0.4, 0.8]), np.array([0, 1, 1])
    np.testing.assert_array_equal(scores >= OperatingPoint.choose(scores, labels).threshold, labels == 1)


def test_a_classifier_that_is_worse_than_chance_still_has_a_threshold_between_zero_and_one(tmp_path):
    point = OperatingPoint.choose(np.array([0.2, 0.3, 0.8, 0.9]), np.array([1, 1, 0, 0]))
    assert 0 <= point.threshold <= 1
    point.write(tmp_path / "point.json")
    assert "Infinity" not in (tmp_path / "point.json").read_text()


def test_a_point_comes_back_as_it_was_written(tmp_path):
    point = OperatingPoint(threshold=1 / 3, auroc=0.75, slices=12)
    point.write(tmp_path / "point.json")
    assert OperatingPoint.read(tmp_path / "point.json") == point
    assert set(json.loads((tmp_path / "point.json").read_text())) == {"threshold", "auroc", "slices"}
