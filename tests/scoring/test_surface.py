import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bleedmap.errors import ScanError
from bleedmap.scoring.surface import hd95, surface_dice, surface_distances

from .conftest import SPACING

masks = arrays(bool, (3, 5, 6))
EMPTY = np.zeros((4, 30, 40), bool)


def point(*index):
    mask = EMPTY.copy()
    mask[index] = True
    return mask


def monai_scores(prediction, truth, spacing, tolerance):
    import torch
    from monai.metrics import compute_hausdorff_distance, compute_surface_dice

    p, t = (torch.as_tensor(mask)[None, None] for mask in (prediction, truth))
    options = {"include_background": True, "spacing": list(spacing)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        distance = compute_hausdorff_distance(p, t, percentile=95, **options)
        dice = compute_surface_dice(p, t, class_thresholds=[tolerance], **options)
    return float(distance), float(dice)


def test_two_points_are_apart_by_the_spacing():
    assert hd95(point(1, 10, 10), point(2, 10, 10), (5, 0.5, 0.5)) == 5
    assert hd95(point(1, 10, 10), point(1, 13, 14), (5, 1, 1)) == 5


def test_the_tolerance_itself_is_still_within():
    one, other = point(1, 10, 10), point(1, 14, 10)
    assert surface_dice(one, other, (5, 0.5, 0.5), 2.0) == 1
    assert surface_dice(one, other, (5, 0.5, 0.5), 1.99) == 0


def test_the_tolerance_does_not_depend_on_where_the_masks_lie():
    for row in range(24):
        # in floats, 0.4 * 17 - 0.4 * 12 is more than 2
        assert surface_dice(point(0, row, 0), point(0, row + 5, 0), (5, 0.4, 0.4), 2.0) == 1


def test_half_of_a_surface_within_tolerance_by_hand():
    truth = point(1, 10, 10)
    prediction = truth | point(1, 10, 30)
    # three surface voxels, the far one alone beyond
    assert surface_dice(prediction, truth, (1, 1, 1), 2.0) == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tolerance", [0.5, 2.0, 5.0])
def test_scans_agree_with_monai(blobs, seed, tolerance):
    prediction, truth = blobs(seed)
    distance, dice = monai_scores(prediction, truth, SPACING, tolerance)
    assert hd95(prediction, truth, SPACING) == pytest.approx(distance, rel=1e-5)
    assert surface_dice(prediction, truth, SPACING, tolerance) == pytest.approx(dice, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_slices_agree_with_monai(blobs, seed):
    compared = 0
    for prediction, truth in zip(*blobs(seed), strict=True):
        if prediction.any() and truth.any():
            distance, dice = monai_scores(prediction, truth, SPACING[1:], 1.0)
            assert hd95(prediction, truth, SPACING[1:]) == pytest.approx(distance, rel=1e-5)
            assert surface_dice(prediction, truth, SPACING[1:], 1.0) == pytest.approx(dice, rel=1e-5)
            compared += 1
    assert compared >= 4


def test_two_empty_masks_have_no_score():
    assert np.isnan(hd95(EMPTY, EMPTY, SPACING))
    assert np.isnan(surface_dice(EMPTY, EMPTY, SPACING, 2.0))


def test_a_missing_mask_costs_the_diagonal_whichever_it_is():
    diagonal = np.sqrt((4 * 5) ** 2 + (30 * 0.5) ** 2 + (40 * 0.5) ** 2)
    for pair in ((EMPTY, point(1, 2, 3)), (point(1, 2, 3), EMPTY)):
        assert hd95(*pair, (5, 0.5, 0.5)) == pytest.approx(diagonal)
        # even where the tolerance is wider than the picture
        assert surface_dice(*pair, (5, 0.5, 0.5), 1e6) == 0


def test_no_distance_is_as_bad_as_a_missing_mask():
    farthest = hd95(point(0, 0, 0), point(3, 29, 39), SPACING)
    assert farthest < hd95(EMPTY, point(3, 29, 39), SPACING)


@given(masks, masks)
def test_surface_scores_do_not_care_which_mask_is_the_truth(one, other):
    np.testing.assert_equal(hd95(one, other, SPACING), hd95(other, one, SPACING))
    np.testing.assert_equal(surface_dice(one, other, SPACING, 2), surface_dice(other, one, SPACING, 2))


@given(masks)
def test_a_mask_is_at_no_distance_from_itself(mask):
    if mask.any():
        assert hd95(mask, mask, SPACING) == 0
        assert surface_dice(mask, mask, SPACING, 0) == 1


@given(masks, masks, st.floats(0, 20), st.floats(0, 20))
def test_a_wider_tolerance_never_lowers_surface_dice(one, other, a, b):
    narrow, wide = (surface_dice(one, other, SPACING, t) for t in sorted((a, b)))
    assert np.isnan(narrow) or 0 <= narrow <= wide <= 1


@settings(max_examples=50)
@given(masks, masks, st.integers(0, 3), st.integers(0, 3))
def test_empty_borders_change_nothing(one, other, before, after):
    if one.any() and other.any():
        wide = [np.pad(mask, ((before, after),) * 3) for mask in (one, other)]
        assert hd95(*wide, SPACING) == hd95(one, other, SPACING)


def test_every_surface_voxel_is_measured_once():
    box = EMPTY.copy()
    box[0:3, 5:10, 5:10] = True
    # only the inside of the middle slice is no surface
    assert surface_distances(box, box, SPACING).elements == 2 * (75 - 9)


@pytest.mark.parametrize("spacing", [(1, 1), (1, 1, 0), (1, 1, np.nan)])
def test_a_spacing_that_cannot_be_is_refused(spacing):
    with pytest.raises(ScanError, match="spacing"):
        hd95(EMPTY, EMPTY, spacing)
