import json

import numpy as np
import pytest

from bleedmap.classifiers.operating_point import OperatingPoint, OperatingPoints


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
    points = OperatingPoints.choose(("any",), np.array([[0.2], [0.3], [0.8], [0.9]]), np.array([[1.0], [1], [0], [0]]))
    assert 0 <= points.threshold("any") <= 1
    points.write(tmp_path / "point.json")
    assert "Infinity" not in (tmp_path / "point.json").read_text()


def test_points_come_back_as_they_were_written(tmp_path):
    points = OperatingPoints({"any": OperatingPoint(1 / 3, 0.75, 12), "sah": OperatingPoint(0.5, 1.0, 4)})
    points.write(tmp_path / "points.json")
    assert OperatingPoints.read(tmp_path / "points.json") == points
    content = json.loads((tmp_path / "points.json").read_text())
    assert list(content) == ["any", "sah"]
    assert set(content["sah"]) == {"threshold", "auroc", "slices"}


def test_every_class_has_a_point_of_its_own_from_the_slices_of_which_it_is_known():
    nan = np.nan
    scores = np.array([[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.9, 0.2]])
    labels = np.array([[0, 1], [0, 0], [1, nan], [1, 0]])
    points = OperatingPoints.choose(("any", "iph"), scores, labels)
    assert points.by_class["any"] == OperatingPoint(threshold=0.7, auroc=1.0, slices=4)
    assert points.by_class["iph"] == OperatingPoint(threshold=0.9, auroc=1.0, slices=3)


@pytest.mark.parametrize("labels", [[1, 1, 1], [0, 0, 0], [1, np.nan, np.nan], [np.nan] * 3])
def test_a_class_that_all_validation_slices_have_or_none_has_no_point(labels):
    both = np.stack([np.array([0.0, 1, 1]), np.array(labels, dtype=float)], axis=1)
    points = OperatingPoints.choose(("any", "edh"), np.full((3, 2), 0.5), both)
    assert list(points.by_class) == ["any"]
    assert points.threshold("edh") is None
