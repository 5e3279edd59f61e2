"""What every enhancement keeps to; a new member of ``AnyEnhancement`` inherits all of it."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.constants import AIR_HU, HIGHEST_HU
from bleedmap.enhancements.enhance_scan import enhance_scan
from tests.members import members, names

SPECS = members(AnyEnhancement)
every_method = pytest.mark.parametrize("spec", SPECS, ids=names(SPECS))
SIZE = 48


@pytest.fixture
def scan():
    """Two slices of a round head: HU and brain."""
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    radius = np.repeat(np.hypot(row, column)[None], 2, axis=0)
    grey = 30 + np.random.default_rng(0).integers(-5, 6, radius.shape)
    hu = np.where(radius < 16, grey, np.where(radius < 19, 1000, AIR_HU)).astype(np.int16)
    return hu, radius < 16


@every_method
def test_enhanced_slices_are_hu_of_half_precision_and_the_same_shape(spec, scan):
    enhanced = enhance_scan(spec, *scan)
    assert enhanced.shape == scan[0].shape
    assert enhanced.dtype == np.float16
    assert np.isfinite(enhanced).all()
    assert enhanced.min() >= AIR_HU
    assert enhanced.max() <= HIGHEST_HU
    assert len(np.unique(enhanced[scan[1]])) > 2


@every_method
def test_the_same_scan_gives_the_same_slices_and_is_left_as_it_was(spec, scan):
    before = scan[0].copy()
    np.testing.assert_array_equal(enhance_scan(spec, *scan), enhance_scan(spec, *scan))
    np.testing.assert_array_equal(scan[0], before)


@every_method
def test_a_scan_of_air_stays_one(spec):
    air = np.full((2, SIZE, SIZE), AIR_HU, dtype=np.int16)
    assert (enhance_scan(spec, air, air > 0) == AIR_HU).all()


def test_a_spec_without_method_is_refused():
    with pytest.raises(ValidationError, match="method"):
        TypeAdapter(AnyEnhancement).validate_python({})
