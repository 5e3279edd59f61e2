"""What every detector keeps to; a new member of ``AnyDetector`` inherits all of it."""

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from bleedmap.components import load
from bleedmap.config.detectors import AnyDetector
from bleedmap.constants import CLASSES
from tests.members import members, names
from tests.scenes import salient

SPECS = members(AnyDetector)
every_method = pytest.mark.parametrize("spec", SPECS, ids=names(SPECS))
COUNT, SIZE = 8, 48


@pytest.fixture
def slices():
    """Slices with a peak each, in the maps of all classes, which moves on from slice to slice."""
    row, column = np.mgrid[:SIZE, :SIZE]
    maps = np.zeros((COUNT, len(CLASSES), SIZE, SIZE))
    for number in range(COUNT):
        maps[number] = np.exp(-((row - 10 - 3 * number) ** 2 + (column - 24) ** 2) / 20)
    return salient(np.zeros((COUNT, SIZE, SIZE)), maps, high=np.arange(COUNT) + 1, classes=CLASSES)


def found(spec, slices):
    return load(spec).find_points(spec, slices)


@every_method
def test_points_lie_on_their_peaks_with_class_and_score(spec, slices):
    points = found(spec, slices)
    assert points.columns.tolist() == ["slice", "row", "column", "class", "score"]
    assert set(points["class"]) == set(CLASSES)
    for name in CLASSES:
        own = points[points["class"] == name]
        assert own["slice"].tolist() == list(range(COUNT))
        np.testing.assert_allclose(own["row"], 10 + 3 * np.arange(COUNT), atol=2)
        np.testing.assert_allclose(own["column"], 24, atol=2)
    assert np.isfinite(points["score"]).all()


@every_method
def test_a_slice_has_the_same_points_alone(spec, slices):
    alone = [found(spec, slices.only(np.array([number]))).assign(slice=number) for number in range(COUNT)]
    pd.testing.assert_frame_equal(pd.concat(alone, ignore_index=True), found(spec, slices))


@every_method
def test_the_same_slices_have_the_same_points(spec, slices):
    pd.testing.assert_frame_equal(found(spec, slices), found(spec, slices))


@every_method
def test_without_slices_or_without_saliency_there_are_no_points(spec, slices):
    columns = ["slice", "row", "column", "class", "score"]
    empty = slices.only(np.array([], dtype=np.intp))
    nothing = salient(slices.hu, np.zeros_like(slices.maps), high=0.0, classes=CLASSES)
    for bare in (empty, nothing):
        points = found(spec, bare)
        assert points.empty
        assert points.columns.tolist() == columns


def test_a_spec_without_method_is_refused():
    with pytest.raises(ValidationError, match="method"):
        TypeAdapter(AnyDetector).validate_python({})
