import numpy as np
import pytest

from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.detectors.local_maxima import find_points
from tests.scenes import salient

SIZE = 48


def bump(row, column, height=1.0, width=2.5):
    rows, columns = np.mgrid[:SIZE, :SIZE]
    return height * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * width**2))


def found(maps, *, high=1.0, classes=("any",), **settings):
    maps = np.asarray(maps)
    slices = salient(np.zeros((len(maps), SIZE, SIZE)), maps, high=high, classes=classes)
    return find_points(LocalMaximaSpec(**settings), slices)


def places(points):
    return [(int(row), int(column)) for row, column in points[["row", "column"]].to_numpy()]


def test_every_blob_has_one_point_the_highest_first():
    points = found([bump(10, 12, 0.6) + bump(30, 35)], threshold=0.3, min_distance=5)
    assert places(points) == [(30, 35), (10, 12)]
    assert points["score"].tolist() == pytest.approx([1.0, 0.6], abs=1e-3)


@pytest.mark.parametrize(("distance", "expected"), [(6, [(20, 28), (20, 20)]), (10, [(20, 28)])])
def test_two_blobs_nearer_than_the_distance_have_one_point(distance, expected):
    maps = np.maximum(bump(20, 20, 0.8), bump(20, 28))
    assert places(found([maps], threshold=0.3, min_distance=distance)) == expected


@pytest.mark.parametrize("place", [(0, 0), (0, 20), (47, 47), (25, 1)])
@pytest.mark.parametrize("distance", [1, 20])
def test_a_blob_at_the_border_is_found(place, distance):
    assert places(found([bump(*place)], threshold=0.5, min_distance=distance)) == [place]


def test_the_threshold_is_of_values_before_the_stretch():
    maps = [bump(10, 10)] * 2
    points = found(maps, high=[4.0, 2.0], threshold=3.0, min_distance=3)
    assert points["slice"].tolist() == [0]
    assert points["score"].tolist() == [4.0]


def test_every_class_has_its_own_points():
    maps = np.stack([bump(10, 10), bump(30, 30)])[None]
    points = found(maps, classes=("any", "sdh"), threshold=0.5, min_distance=3)
    assert points["class"].tolist() == ["any", "sdh"]
    assert places(points) == [(10, 10), (30, 30)]


@pytest.mark.parametrize("distance", [1, 8])
def test_a_flat_top_has_one_point_in_its_middle(distance):
    maps = np.zeros((SIZE, SIZE))
    maps[10:16, 10:14] = 1
    points = found([maps], threshold=0.5, min_distance=distance)
    assert points[["row", "column"]].to_numpy().tolist() == [[12.5, 11.5]]


@pytest.mark.parametrize(("prominence", "expected"), [(0.0, 2), (0.1, 2), (0.3, 1), (0.9, 1)])
def test_a_blob_that_stands_out_too_little_has_no_point(prominence, expected):
    # the lower blob, of 0.6, rises 0.2 above the saddle of 0.4 that joins it to the higher one
    maps = np.full((SIZE, SIZE), 0.0)
    maps[20:23, 10:31] = 0.4
    maps[21, 12], maps[21, 28] = 1.0, 0.6
    points = found([maps], threshold=0.5, min_distance=3, prominence=prominence)
    assert places(points) == [(21, 12), (21, 28)][:expected]


@pytest.mark.parametrize("place", [(0, 0), (0, 20), (47, 47), (25, 1)])
def test_a_blob_at_the_border_that_stands_out_is_found(place):
    assert places(found([bump(*place)], threshold=0.5, min_distance=20, prominence=0.5)) == [place]


def test_prominence_is_of_values_before_the_stretch():
    points = found([bump(10, 10)] * 2, high=[4.0, 2.0], min_distance=3, prominence=3.0)
    assert points["slice"].tolist() == [0]
