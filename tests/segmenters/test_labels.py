import numpy as np
import pytest

from bleedmap.config.segmenters import UNet2dSpec
from bleedmap.constants import CLASSES
from bleedmap.segmenters.labels import to_labels, without_small

EVERYWHERE = np.ones((4, 8, 8), dtype=bool)


def block(slices, rows, columns):
    mask = np.zeros((4, 8, 8), dtype=bool)
    mask[slices, rows, columns] = True
    return mask


SMALL, LARGE = block(slice(0, 1), slice(0, 2), slice(0, 2)), block(slice(1, 3), slice(4, 8), slice(4, 8))


@pytest.mark.parametrize(("least", "kept"), [(0, 36), (0.4, 36), (0.41, 32), (3.2, 32), (3.3, 0)])
def test_parts_of_less_than_the_minimum_volume_are_dropped(least, kept):
    assert without_small(SMALL | LARGE, np.full(4, 0.1), least).sum() == kept


def test_slices_far_apart_stand_for_more_ml_a_voxel():
    # 4 voxels of 1 mL below, 32 voxels of 0.1 mL above: the part of fewer voxels is the larger one
    uneven = np.array([1, 0.1, 0.1, 0.1])
    np.testing.assert_array_equal(without_small(SMALL | LARGE, uneven, 3.5), SMALL)


def test_a_part_through_slices_of_different_gaps_has_the_sum_of_their_volumes():
    column = block(slice(0, 4), slice(3, 4), slice(3, 4))
    gaps = np.array([0.1, 0.2, 0.3, 0.4])
    assert without_small(column, gaps, 1.0).sum() == 4
    assert without_small(column, gaps, 1.01).sum() == 0


def test_parts_that_touch_by_a_corner_are_one():
    corner = block(slice(1, 2), slice(2, 3), slice(2, 3)) | block(slice(2, 3), slice(3, 4), slice(3, 4))
    assert without_small(corner, np.full(4, 0.1), 0.2).sum() == 2


def test_pictures_without_mm_keep_their_smallest_parts():
    np.testing.assert_array_equal(without_small(SMALL | LARGE, None, 100), SMALL | LARGE)


@pytest.mark.parametrize("shape", [(0, 8, 8), (4, 8, 8)])
def test_nothing_found_stays_nothing(shape):
    assert not without_small(np.zeros(shape, dtype=bool), np.full(shape[0], 0.1), 1).any()


def test_labels_are_probable_voxels_of_the_brain():
    spec = UNet2dSpec(threshold=0.4)
    probabilities = np.where(LARGE, 0.4, 0.39).astype(np.float32)
    np.testing.assert_array_equal(to_labels(spec, probabilities, EVERYWHERE, None), LARGE)
    np.testing.assert_array_equal(to_labels(spec, probabilities, ~LARGE, None), np.zeros_like(LARGE))
    assert to_labels(spec, probabilities, EVERYWHERE, None).dtype == np.uint8


def test_what_the_brain_cuts_off_does_not_count_to_the_volume():
    half = block(slice(0, 4), slice(0, 8), slice(0, 6))
    spec = UNet2dSpec(min_component_ml=2.0)
    labels = to_labels(spec, LARGE.astype(np.float32), half, np.full(4, 0.1))
    assert not labels.any()


def test_of_subtypes_their_sum_decides_whether_and_the_likeliest_which():
    # one row: together 0.6, of which subtype 2 has most; together 0.4; outside the brain
    row = np.zeros((1, 5, 1, 3), np.float32)
    row[0, :, 0, 0] = [0.1, 0.3, 0, 0, 0.2]
    row[0, :, 0, 1] = [0, 0, 0.4, 0, 0]
    row[0, :, 0, 2] = [0, 0, 0, 0.9, 0]
    brain = np.array([[[True, True, False]]])
    spec = UNet2dSpec(threshold=0.5, classes=CLASSES, training={"loss": "dice_ce"})
    assert to_labels(spec, row, brain, None).tolist() == [[[2, 0, 0]]]
