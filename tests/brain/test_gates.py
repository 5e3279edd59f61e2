"""Flags of brain masks, and their volume."""

import numpy as np
import pytest

from bleedmap.brain.gates import brain_ml, flags
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

ANY_VOLUME = SkullInteriorSpec(min_volume_ml=0, max_volume_ml=1e6)


def volume_of(heights, pixel_mm=2.0, size=40):
    origins = np.array(heights)[:, None] * np.array([0, 0, 1.0])
    place = Geometry(origins, row_step=np.array([0, pixel_mm, 0]), column_step=np.array([pixel_mm, 0, 0]))
    return CtVolume(np.zeros((len(heights), size, size), dtype=np.int16), place)


def block(slices):
    mask = np.zeros((slices, 40, 40), dtype=np.uint8)
    mask[:, 10:30, 10:30] = 1
    return mask


def test_the_volume_counts_what_each_slice_stands_for():
    # 400 pixels of 4 mm2 in slices that stand for 5, 7.5 and 10 mm
    assert brain_ml(block(3), volume_of([0, 5, 15])) == pytest.approx(1.6 * (5 + 7.5 + 10))


def test_a_hole_through_all_slices_is_flagged_and_a_full_mask_is_not():
    mask, volume = block(4), volume_of([0, 5, 10, 15])
    assert flags(ANY_VOLUME, mask, volume) == []
    mask[:, 18:22, 18:22] = 0
    assert flags(ANY_VOLUME, mask, volume) == ["brain-holes"]
    lenient = ANY_VOLUME.model_copy(update={"max_hole_share": 0.05})
    assert flags(lenient, mask, volume) == []


def test_a_notch_in_the_outline_is_no_hole():
    mask = block(4)
    mask[:, 10:20, 18:22] = 0
    assert flags(ANY_VOLUME, mask, volume_of([0, 5, 10, 15])) == []


def test_a_slice_left_out_in_the_middle_is_flagged_and_one_at_the_end_is_not():
    volume = volume_of([0, 5, 10, 15])
    for empty, expected in ((2, ["brain-holes"]), (0, []), (3, [])):
        mask = block(4)
        mask[empty] = 0
        assert flags(ANY_VOLUME, mask, volume) == expected


def test_several_faults_are_all_named():
    mask = block(4)
    mask[2] = 0
    assert flags(SkullInteriorSpec(), mask, volume_of([0, 5, 10, 15])) == ["brain-small", "brain-holes"]
