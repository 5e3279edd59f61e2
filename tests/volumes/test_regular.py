"""Even, untilted stacks, and the way back."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bleedmap.volumes.budget import scan_budget
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.regular import onto_grid, to_regular


def ball(heights, tilt_degrees, shape=(60, 50), radius=9.0, centre=(15.0, 18.0, 14.0)):
    """A smooth ball of 60 HU in air-free tissue of 0 HU, on tilted slices; centre in x, y, z mm."""
    heights = np.asarray(heights, dtype=float)
    angle = np.radians(tilt_degrees)
    origins = np.stack([np.zeros_like(heights), np.zeros_like(heights), heights], axis=1)
    geometry = Geometry(origins, 0.6 * np.array([0, np.cos(angle), -np.sin(angle)]), np.array([0.6, 0, 0]))
    return CtVolume(sphere(geometry, shape, radius, centre), geometry), geometry


def sphere(geometry, shape, radius, centre):
    distance = np.linalg.norm(places(geometry, shape) - np.array(centre), axis=-1)
    return np.rint(60 * np.clip(radius + 0.5 - distance, 0, 1)).astype(np.int16)


def places(geometry, shape):
    """(slices, rows, columns, 3) mm of every voxel."""
    rows, columns = np.indices(shape)
    return (
        geometry.origins[:, None, None]
        + rows[..., None] * geometry.row_step
        + columns[..., None] * geometry.column_step
    )


def test_an_even_untilted_volume_is_returned_itself():
    volume, _ = ball(np.arange(8) * 4.0, 0)
    assert to_regular(volume, None) is volume
    assert to_regular(volume, 4.0) is volume


def test_a_regular_volume_is_even_and_untilted_with_the_spacing_asked_for():
    volume, _ = ball([0, 4, 8, 9, 16, 23, 28], 18.5)
    regular = to_regular(volume, 2.0)
    assert regular.geometry.is_even(1e-6)
    assert regular.geometry.tilt_degrees() < 1e-3
    np.testing.assert_allclose(regular.geometry.spacing, (2.0, 0.6, 0.6))


@given(tilt=st.floats(-25, 25), gap=st.floats(1.5, 3.0), spacing=st.floats(1.5, 3.0))
@settings(deadline=None, max_examples=20)
def test_things_stay_where_they_are_in_the_patient(tilt, gap, spacing):
    volume, _ = ball(np.arange(int(30 / gap)) * gap, tilt, centre=(15.0, 18.0, 9.0), radius=7)
    regular = to_regular(volume, spacing)
    wanted = sphere(regular.geometry, regular.hu.shape[1:], 7, (15.0, 18.0, 9.0)) >= 30
    found = regular.hu >= 30
    overlap = 2 * (found & wanted).sum() / (found.sum() + wanted.sum())
    assert overlap > 0.9


@given(
    tilt=st.floats(-25, 25),
    gaps=st.lists(st.floats(1.0, 3.0), min_size=10, max_size=14),
    labels=st.booleans(),
)
@settings(deadline=None, max_examples=20)
def test_there_and_back_moves_a_ball_by_less_than_half_a_voxel(tilt, gaps, labels):
    heights = np.concatenate([[0.0], np.cumsum(gaps)])
    volume, native = ball(heights, tilt, centre=(15.0, 18.0, heights[-1] / 2 - 4), radius=6)
    regular = to_regular(volume, 1.0)
    there = (regular.hu >= 30).astype(np.uint8) * 4 if labels else np.clip(regular.hu, 0, None).astype(np.float32)
    back = onto_grid(there, regular.geometry, native, volume.hu.shape)
    assert back.shape == volume.hu.shape
    assert back.dtype == there.dtype
    before, after = np.argwhere(volume.hu >= 30), np.argwhere(back > 0 if labels else back >= 30)
    np.testing.assert_allclose(after.mean(axis=0), before.mean(axis=0), atol=0.5)


@given(
    tilt=st.floats(-25, 25),
    gaps=st.lists(st.floats(1.0, 7.0), min_size=6, max_size=10),
    spacing=st.one_of(st.none(), st.floats(1.0, 5.0)),
    lean=st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
)
@settings(deadline=None, max_examples=30)
def test_a_mask_drawn_on_the_regular_grid_lies_within_half_a_voxel_on_the_native_slices(tilt, gaps, spacing, lean):
    volume, native = ball(np.concatenate([[0.0], np.cumsum(gaps)]), tilt)
    regular = to_regular(volume, spacing)
    grid = regular.geometry
    normal = np.array([*lean[:2], 2.0 + lean[2]])
    normal /= np.linalg.norm(normal)
    middle = places(grid, regular.hu.shape[1:]).reshape(-1, 3).mean(axis=0)

    def depth(geometry, shape):
        """Mm beyond a plane through the middle of the grid."""
        return (places(geometry, shape[1:]) - middle) @ normal

    drawn = (depth(grid, regular.hu.shape) > 0).astype(np.uint8)
    back = onto_grid(drawn, grid, native, volume.hu.shape)
    wanted = depth(native, volume.hu.shape)
    steps = np.stack([grid.row_step, grid.column_step, grid.normal * grid.slice_spacing])
    half_a_voxel = 0.5 * np.abs(steps @ normal).sum()
    inside = (native.positions > grid.positions[0]) & (native.positions < grid.positions[-1])
    wrong = (back > 0) != (wanted > 0)
    assert np.abs(wanted[inside])[wrong[inside]].max(initial=0) <= half_a_voxel + 1e-6


def test_labels_come_back_as_they_were():
    volume, native = ball([0, 4, 8, 9, 16, 23, 28], 18.5)
    regular = to_regular(volume)
    back = onto_grid(np.full(regular.hu.shape, 5, dtype=np.uint8), regular.geometry, native, volume.hu.shape)
    assert set(np.unique(back[1:-1])) == {5}


def test_tilted_corners_are_not_lost():
    volume, _ = ball(np.arange(12) * 5.0, 20)
    grown = to_regular(volume)
    assert grown.hu.shape[1] >= 60 + 11 * 5 * np.sin(np.radians(20)) / 0.6 - 1
    assert (grown.hu == -1024).any()


def test_a_picture_is_returned_itself():
    geometry = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)
    volume = CtVolume(np.zeros((1, 4, 4), dtype=np.int16), geometry)
    assert to_regular(volume, 2.0) is volume


@pytest.mark.parametrize("spacing", [1.0, 3.7, 5.0])
def test_the_regular_stack_reaches_both_ends_of_the_native_one(spacing):
    volume, native = ball([0, 4, 8, 9, 16, 23, 28], 0)
    positions = to_regular(volume, spacing).geometry.origins @ native.normal
    assert positions[0] <= native.positions[0] + 1e-6
    assert positions[-1] >= native.positions[-1] - 1e-6


def test_a_tilted_scan_of_many_thin_slices_takes_no_more_memory_than_was_asked_for():
    shape = (120, 256, 256)
    origins = np.arange(120)[:, None] * np.array([0.0, 0.2, 0.6])
    native = Geometry(origins, np.array([0.0, 0.5, 0.0]), np.array([0.5, 0.0, 0.0]))
    scan = CtVolume(np.full(shape, 40, dtype=np.int16), native)
    voxels = 120 * 256 * (256 + 48)
    with scan_budget(25):
        tracemalloc.start()
        try:
            regular = to_regular(scan)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert regular.hu.size == pytest.approx(voxels, rel=0.02)
    assert 2 * voxels < peak < 2 * voxels + 8e6
