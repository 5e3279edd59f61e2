"""Brain masks of pictures: in every window, with whatever else is in the picture, with a skull, half of one or none."""

import numpy as np
import pytest
from scipy import ndimage

from bleedmap.brain.gates import flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import ConvexHullSpec, SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

WINDOWS = [(40, 80), (35, 60), (40, 120), (50, 150), (80, 200), (40, 380), (60, 400)]
SIZE = 224


def head():
    """HU of one slice, 1 mm a pixel: brain with ventricles and a clot, a skull of 7 mm, a scalp of 5; and its brain."""
    rows, columns = np.indices((SIZE, SIZE)) - (SIZE - 1) / 2
    depth = (np.hypot(columns / 62, rows / 78) - 1) * 68
    hu = np.select([depth < 0, depth < 7, depth < 12], [31.0, 900.0, 40.0], -1000.0)
    hu[(np.abs(np.abs(columns) - 9) < 5) & (np.abs(rows) < 22)] = 6
    hu[np.hypot(columns - 35, rows + 20) < 9] = 65
    hu = ndimage.gaussian_filter(hu, 0.6) + np.random.default_rng(0).normal(0, 4, hu.shape)
    return hu, depth < 0


def as_picture(hu, window, told=(40, 80)):
    """A picture made with one window and read with another."""
    (level, width), (told_level, told_width) = window, told
    grey = np.rint(np.clip((hu - level) / width + 0.5, 0, 1) * 255) / 255
    place = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)
    values = np.rint(told_level - told_width / 2 + grey * told_width).astype(np.int16)
    return CtVolume(values[None], place, intensity="picture")


def with_rest(hu):
    """A shell under the head, brighter than it and as wide as the picture."""
    rows, columns = np.indices(hu.shape) - (SIZE - 1) / 2
    radius = np.hypot(rows + 46, columns)
    return np.where((radius > 138) & (radius < 147) & (rows > 0), 1500, hu)


def mask_of(hu, window=(40, 80), spec=None):
    return brain_mask(spec or SkullInteriorSpec(), as_picture(hu, window))[0]


@pytest.mark.parametrize("window", WINDOWS)
def test_the_brain_is_found_in_every_window_with_and_without_skull_and_head_rest(window, dice):
    hu, brain = head()
    for shown in (hu, with_rest(hu), np.where(brain, hu, -1000), with_rest(np.where(brain, hu, -1000))):
        assert dice(mask_of(shown, window), brain) > 0.95


@pytest.mark.parametrize("scale", [0.57, 2.5])
def test_the_size_of_the_picture_makes_no_difference(scale, dice):
    hu, brain = head()
    small, truth = (ndimage.zoom(values, scale, order=1) for values in (with_rest(hu), brain.astype(float)))
    assert dice(mask_of(small), truth > 0.5) > 0.93


def test_a_head_that_the_picture_cuts_off_is_closed_by_its_border(dice):
    hu, brain = head()
    for place in (np.s_[:, 70:], np.s_[:130], np.s_[60:170, 65:160]):
        assert dice(mask_of(hu[place], (40, 120)), brain[place]) > 0.95


def test_a_grey_skull_below_white_letters_is_a_skull(dice):
    hu, brain = head()
    hu = np.where((hu > 72) & ~brain, 72, hu)
    hu[:12, :12] = 1000
    mask = mask_of(hu)
    assert dice(mask, brain) > 0.95
    assert mask[np.hypot(*(np.indices(hu.shape) - np.array([91.5, 146.5])[:, None, None])) < 7].all()


def test_a_missing_bone_flap_is_bridged(dice):
    hu, brain = head()
    hu[80:120, :80][hu[80:120, :80] > 200] = 40
    assert dice(mask_of(hu, (40, 120)), brain) > 0.95


def test_all_values_as_one_window_or_another_give_one_mask(dice):
    hu, _ = head()
    one = brain_mask(SkullInteriorSpec(), as_picture(hu, (40, 120), told=(40, 120)))
    assert dice(one, brain_mask(SkullInteriorSpec(), as_picture(hu, (40, 120), told=(40, 80)))) > 0.99


@pytest.mark.parametrize("spec", [SkullInteriorSpec(), ConvexHullSpec()], ids=lambda spec: spec.method)
@pytest.mark.parametrize("values", [0, 80], ids=["black", "white"])
def test_a_picture_of_nothing_has_an_empty_mask_and_says_so(spec, values):
    picture = as_picture(np.full((64, 64), values), (40, 80))
    mask = brain_mask(spec, picture)
    assert not mask.any()
    assert flags(spec, mask, picture) == ["no-brain"]


@pytest.mark.parametrize("spec", [SkullInteriorSpec(), ConvexHullSpec()], ids=lambda spec: spec.method)
def test_a_picture_without_a_head_ends_without_a_traceback(spec):
    rng = np.random.default_rng(0)
    spot, dots, line = np.zeros((3, 64, 64))
    spot[30:36, 30:36], dots[::9, ::9], line[30] = 40, 80, 80
    for hu in (
        spot,
        dots,
        line,
        np.eye(64) * 80,
        rng.uniform(0, 80, (64, 64)),
        np.where(rng.random((64, 64)) < 0.01, 80, 0),
    ):
        assert mask_of(hu, spec=spec).shape == hu.shape
