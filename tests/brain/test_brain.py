"""Brain masks of made heads: a skull around a brain, with what usually goes wrong."""

import numpy as np
import pytest
from pydantic import ValidationError

from bleedmap.brain.gates import flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

PIXEL_MM = 1.0
SIZE = 200
HALF_AXES = (65.0, 85.0, 60.0)


def geometry(heights, tilt=0.0):
    heights = np.asarray(heights, dtype=float)
    origins = np.stack([np.zeros_like(heights), tilt * heights, heights], axis=1)
    return Geometry(origins, row_step=np.array([0, PIXEL_MM, 0]), column_step=np.array([PIXEL_MM, 0, 0]))


def depth_in_head(heights):
    """(slices, rows, columns) mm outside (+) or inside (-) the brain of an egg-shaped head, to first order."""
    rows, columns = np.indices((SIZE, SIZE)) - (SIZE - 1) / 2
    scaled = np.sqrt(
        (columns / HALF_AXES[0]) ** 2
        + (rows / HALF_AXES[1]) ** 2
        + ((np.asarray(heights)[:, None, None] - 65) / HALF_AXES[2]) ** 2
    )
    return (scaled - 1) * min(HALF_AXES)


def head(heights=tuple(range(0, 136, 5))):
    """HU of a head and its true brain: noise, brain, skull of 7 mm, scalp of 5 mm, air."""
    depth = depth_in_head(heights)
    hu = np.full(depth.shape, -1000.0)
    hu[depth < 12] = 30
    hu[depth < 7] = 900
    hu[depth < 0] = 32
    hu += np.random.default_rng(0).normal(0, 4, hu.shape)
    return hu.astype(np.int16), depth < 0


def dice(one, other):
    return 2 * np.logical_and(one, other).sum() / (np.sum(one > 0) + np.sum(other > 0))


@pytest.mark.parametrize(
    "heights", [tuple(range(0, 136, 5)), tuple(range(0, 136, 2)), (*range(0, 60, 4), 61, *range(68, 136, 7))]
)
def test_the_brain_is_found_in_thick_thin_and_uneven_slices(heights):
    hu, brain = head(heights)
    assert dice(brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(heights, tilt=0.3))), brain) > 0.96


def test_blood_at_the_inner_table_is_inside():
    hu, _ = head()
    depth = depth_in_head(tuple(range(0, 136, 5)))
    blood = (depth < 0) & (depth > -8) & (np.arange(SIZE) > 130)
    hu[blood] = 75
    mask = brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(range(0, 136, 5))))
    assert mask[blood].mean() > 0.98


def test_calcifications_and_air_inside_the_brain_do_not_leave_holes():
    hu, _ = head()
    hu[12:15, 95:100, 95:100], hu[12:15, 120:126, 95:100] = 400, -900
    mask = brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(range(0, 136, 5))))
    assert mask[12:15, 90:130, 90:105].all()


def test_a_foramen_does_not_let_the_mask_flood_the_neck():
    hu, brain = head()
    depth = depth_in_head(tuple(range(0, 136, 5)))
    hu[:6, 130:, 90:110] = np.where(depth[:6, 130:, 90:110] < 12, 40, hu[:6, 130:, 90:110])
    mask = brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(range(0, 136, 5))))
    assert (mask[~brain]).sum() < 0.02 * brain.sum()
    assert dice(mask, brain) > 0.95


def test_a_missing_bone_flap_is_bridged():
    hu, brain = head()
    side = np.zeros(hu.shape, dtype=bool)
    side[12:20, 80:120, 150:] = True
    hu[side & (hu > 300)] = 30
    mask = brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(range(0, 136, 5))))
    assert dice(mask, brain) > 0.93


def test_a_head_without_skull_is_told_from_its_background():
    hu, brain = head()
    hu[~brain] = 0
    assert dice(brain_mask(SkullInteriorSpec(), CtVolume(hu, geometry(range(0, 136, 5)))), brain) > 0.99


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_picture_of_any_size_is_masked_with_blood_as_white_as_bone(scale):
    hu, brain = head((65,))
    depth = depth_in_head((65,))
    blood = (depth < 0) & (depth > -14) & (np.arange(SIZE) > 130)
    blood[:, :85] = blood[:, 115:] = False
    hu[blood] = 90
    picture = np.clip(hu, 0, 80).repeat(scale, axis=1).repeat(scale, axis=2)
    pixels = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)
    mask = brain_mask(SkullInteriorSpec(bone_hu=78), CtVolume(picture, pixels))
    assert dice(mask, brain.repeat(scale, axis=1).repeat(scale, axis=2)) > 0.95
    assert mask[blood.repeat(scale, axis=1).repeat(scale, axis=2)].mean() > 0.8


def test_a_scan_of_nothing_has_no_brain():
    volume = CtVolume(np.full((4, 64, 64), -1000, dtype=np.int16), geometry(range(0, 20, 5)))
    mask = brain_mask(SkullInteriorSpec(), volume)
    assert not mask.any()
    assert flags(SkullInteriorSpec(), mask, volume) == ["no-brain"]


def test_a_mask_too_small_or_too_large_is_flagged():
    volume = CtVolume(np.zeros((4, 100, 100), dtype=np.int16), geometry(range(0, 20, 5)))
    whole = np.ones((4, 100, 100), dtype=np.uint8)
    assert flags(SkullInteriorSpec(), whole, volume) == ["brain-small"]
    assert flags(SkullInteriorSpec(min_volume_ml=10, max_volume_ml=100), whole, volume) == ["brain-large"]
    assert flags(SkullInteriorSpec(min_volume_ml=10), whole, volume) == []


def test_a_picture_is_not_flagged_for_its_volume():
    pixels = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)
    volume = CtVolume(np.zeros((1, 10, 10), dtype=np.int16), pixels)
    assert flags(SkullInteriorSpec(), np.ones((1, 10, 10), dtype=np.uint8), volume) == []


def test_bounds_out_of_order_are_refused():
    with pytest.raises(ValidationError):
        SkullInteriorSpec(min_volume_ml=3000)
    with pytest.raises(ValidationError):
        SkullInteriorSpec(bridge_mm=9, defect_mm=5)
