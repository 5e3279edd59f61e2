"""Numbers of scans whose geometry, brain, noise and bone are known."""

import numpy as np
import pytest

from bleedmap.predict.familiar.scan_statistics import scan_statistics
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

SIZE = 100


def cube(heights=(0, 5, 10, 15), pixel_mm=(1.0, 1.0), *, noise_hu=0.0, in_mm=True, intensity="hu"):
    """Brain of 40 x 60 pixels and 30 HU in a wall of bone of 4 pixels in air; and its mask."""
    hu = np.full((len(heights), SIZE, SIZE), -1000.0)
    hu[:, 16:64, 16:84] = 800
    hu[:, 20:60, 20:80] = 30
    hu += np.random.default_rng(0).normal(0, noise_hu, hu.shape)
    mask = np.zeros(hu.shape, dtype=np.uint8)
    mask[:, 20:60, 20:80] = 1
    origins = np.array(heights, dtype=float)[:, None] * [0, 0, 1.0]
    place = Geometry(origins, np.array([0, pixel_mm[0], 0]), np.array([pixel_mm[1], 0, 0]), in_mm)
    return CtVolume(hu.astype(np.int16), place, intensity=intensity), mask


def test_geometry_is_in_mm_and_uneven_gaps_count_as_they_are():
    found = scan_statistics(*cube(heights=(0, 4, 8, 20), pixel_mm=(0.5, 0.8)))
    assert (found.slices, found.slice_mm, found.pixel_mm, found.field_mm) == (4, 4, 0.8, 80)
    assert found.coverage_mm == pytest.approx(4 + 4 + 8 + 12)


def test_the_brain_is_measured_in_ml_and_cm2_and_hu():
    volume, mask = cube()
    volume.hu[:2, 20:60, 20:80] = 10
    found = scan_statistics(volume, mask)
    assert found.brain_ml == pytest.approx(4 * 5 * 40 * 60 / 1000)
    assert found.brain_cm2 == pytest.approx(24)
    assert (found.brain_hu, found.brain_spread_hu) == (10, 10)


@pytest.mark.parametrize("noise_hu", [4, 12])
def test_noise_is_measured_where_there_is_no_edge(noise_hu):
    volume, mask = cube(noise_hu=noise_hu)
    volume.hu[:, 30:45, 30:50] += 40  # a bleed with sharp edges
    # of 49 pixels a standard deviation itself varies by a tenth, which the lower quartile is below
    assert scan_statistics(volume, mask).noise_hu == pytest.approx(0.94 * noise_hu, rel=0.05)


def test_a_skull_with_a_side_missing_covers_the_rest_of_the_outline():
    volume, mask = cube()
    assert scan_statistics(volume, mask).skull_share == 1
    volume.hu[:, :, 80:] = -1000
    # of the 196 pixels of the outline 40 are on that side, and bone is within 4 mm of 4 at each of its ends
    assert scan_statistics(volume, mask).skull_share == pytest.approx(1 - 32 / 196, abs=0.011)


def test_bone_counts_among_what_is_no_air():
    assert scan_statistics(*cube()).bone_share == pytest.approx(1 - 40 * 60 / (48 * 68))


def test_what_a_scan_does_not_have_is_left_open():
    one = scan_statistics(*cube(heights=(0,)))
    assert (one.slices, one.slice_mm, one.coverage_mm, one.brain_ml) == (1, None, None, None)
    assert (one.brain_cm2, one.brain_hu, one.skull_share) == (24, 30, 1)
    picture = scan_statistics(*cube(heights=(0,), in_mm=False, intensity="picture"))
    assert (picture.pixel_mm, picture.field_mm, picture.brain_cm2, picture.noise_hu) == (None,) * 4
    mr = scan_statistics(*cube(intensity="mr"))
    assert (mr.skull_share, mr.bone_share, mr.brain_hu) == (None, None, 30)
    volume, mask = cube()
    empty = scan_statistics(volume, 0 * mask)
    assert (empty.brain_ml, empty.brain_hu, empty.brain_spread_hu, empty.skull_share) == (0, None, None, None)
