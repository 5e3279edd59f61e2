"""Padding lies around the picture; a value inside that happens to be the same stays what it is."""

import numpy as np
import pytest

from .conftest import read_one, write_series


@pytest.fixture
def hu():
    """A head of brain in a ring of bone, air around it."""
    y, x = np.mgrid[:32, :32] - 15.5
    radius = np.hypot(y, x)
    plane = np.where(radius < 12, 900, -1000)
    brain = np.where(radius < 10, np.random.default_rng(0).integers(20, 50, (32, 32)), plane)
    return np.repeat(brain[None], 4, axis=0).astype(np.int16)


@pytest.mark.parametrize("value", [30, 0, 900])
def test_a_value_of_the_head_that_padding_has_too_is_kept_and_told(tmp_path, hu, value):
    hu[:, 14:18, 14:18] = value
    files = write_series(tmp_path, hu, signed=True, intercept=0.0, PixelPaddingValue=value)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ("padding-inside",)


def test_padding_around_the_picture_is_air_while_the_same_value_inside_is_kept(tmp_path, hu):
    y, x = np.mgrid[:32, :32] - 15.5
    outside = np.hypot(y, x) > 15.8
    stored = np.where(outside, 24, hu)
    files = write_series(tmp_path, stored, signed=True, intercept=0.0, PixelPaddingValue=24)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, np.where(outside, -1024, hu))
    assert volume.flags == ("padding-inside",)


def test_padding_that_is_air_by_its_value_is_air_everywhere_without_a_word(tmp_path, hu):
    hu[:, :2] = -2000
    hu[:, 15:17, 15:17] = -2000
    volume = read_one(write_series(tmp_path, hu, signed=True, intercept=0.0, PixelPaddingValue=-2000)).volume
    np.testing.assert_array_equal(volume.hu, hu.clip(-1024))
    assert volume.flags == ()


def test_tissue_at_the_border_that_padding_would_cut_is_told(tmp_path, hu):
    cut = hu[:, 8:24]  # the field of view ends inside of the head
    cut[:, 0, 12:20] = 35
    volume = read_one(write_series(tmp_path, cut, signed=True, intercept=0.0, PixelPaddingValue=35)).volume
    assert volume.flags == ("padding-inside",)
