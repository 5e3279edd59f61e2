"""Where slices lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry


def stack(heights, shift_per_mm=0.0, sideways=0.0):
    heights = np.asarray(heights, dtype=float)
    origins = np.stack([np.zeros_like(heights), shift_per_mm * heights, heights], axis=1)
    origins[len(heights) // 2, 0] += sideways
    return Geometry(origins, row_step=np.array([0, 0.5, 0]), column_step=np.array([0.4, 0, 0]))


@given(
    slices=st.integers(2, 6),
    gap=st.floats(0.5, 8),
    tilt=st.floats(-0.5, 0.5),
    start=st.lists(st.floats(-200, 200), min_size=3, max_size=3),
)
@settings(deadline=None)
def test_an_even_stack_is_rebuilt_from_its_affine(slices, gap, tilt, start):
    geometry = stack(np.arange(slices) * gap, tilt)
    geometry = Geometry(geometry.origins + start, geometry.row_step, geometry.column_step)
    again = Geometry.from_affine(geometry.affine(), slices)
    np.testing.assert_allclose(again.origins, geometry.origins, atol=1e-9)
    np.testing.assert_allclose(again.row_step, geometry.row_step)
    np.testing.assert_allclose(again.column_step, geometry.column_step)


def test_every_slice_stands_for_half_the_way_to_its_neighbours():
    np.testing.assert_allclose(stack([0, 4, 10]).slice_extents, (4, 5, 6))


def test_a_stack_with_a_wider_gap_is_uneven():
    assert stack([0, 5, 10]).is_even()
    assert not stack([0, 5, 15]).is_even()


def test_a_stack_with_a_slice_pushed_sideways_is_uneven():
    assert not stack([0, 5, 10], sideways=2.0).is_even()


def test_tilt_is_the_angle_the_slices_lean_by():
    assert stack([0, 5, 10], np.tan(np.radians(20))).tilt_degrees() == pytest.approx(20)


def test_an_array_that_does_not_fit_its_positions_is_refused():
    with pytest.raises(ScanError) as refused:
        CtVolume(hu=np.zeros((2, 4, 4), dtype=np.int16), geometry=stack([0, 5, 10]))
    assert refused.value.code == "shape"
