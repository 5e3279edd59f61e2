import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bleedmap.errors import ScanError
from bleedmap.scoring.overlap import count, overlap, overlap_from_counts

masks = arrays(bool, (3, 4, 5))
EMPTY = np.zeros((2, 3), bool)
FULL = np.ones((2, 3), bool)


def test_six_voxels_by_hand():
    prediction = np.array([1, 1, 1, 0, 0, 0], bool)
    truth = np.array([0, 1, 1, 1, 1, 0], bool)
    scores = overlap(prediction, truth)
    assert count(prediction, truth) == (2, 1, 2)
    expected = {"dice": 4 / 7, "iou": 2 / 5, "tpr": 2 / 4, "ppv": 2 / 3, "rvd": 1 / 4}
    assert {name: float(value) for name, value in scores.items()} == pytest.approx(expected)


def test_two_empty_masks_have_no_score():
    assert all(np.isnan(value) for value in overlap(EMPTY, EMPTY).values())


def test_a_missed_bleed_scores_zero_and_not_nan():
    scores = overlap(EMPTY, FULL)
    assert [float(scores[name]) for name in ("dice", "iou", "tpr", "ppv", "rvd")] == [0, 0, 0, 0, 1]


def test_a_prediction_where_nothing_is_scores_zero_and_has_no_recall():
    scores = overlap(FULL, EMPTY)
    assert [float(scores[name]) for name in ("dice", "iou", "ppv")] == [0, 0, 0]
    assert np.isnan(scores["tpr"])
    assert np.isnan(scores["rvd"])


def test_masks_of_different_shapes_are_refused():
    with pytest.raises(ScanError, match=r"\(2, 3\)"):
        overlap(FULL, np.ones((3, 2), bool))


@given(masks, masks)
def test_scores_stay_in_their_range(prediction, truth):
    scores = overlap(prediction, truth)
    for name in ("dice", "iou", "tpr", "ppv"):
        assert np.isnan(scores[name]) or 0 <= scores[name] <= 1
    assert np.isnan(scores["rvd"]) or scores["rvd"] >= 0


@given(masks, masks)
def test_dice_and_iou_do_not_care_which_mask_is_the_truth(prediction, truth):
    there, back = overlap(prediction, truth), overlap(truth, prediction)
    for name in ("dice", "iou"):
        np.testing.assert_equal(there[name], back[name])


@given(masks, masks)
def test_dice_follows_from_iou(prediction, truth):
    scores = overlap(prediction, truth)
    np.testing.assert_allclose(scores["dice"], 2 * scores["iou"] / (1 + scores["iou"]))


@given(masks, masks)
def test_slicewise_scores_are_those_of_each_slice_alone(prediction, truth):
    together = overlap(prediction, truth, slicewise=True)
    for name, values in together.items():
        alone = [overlap(p, t)[name] for p, t in zip(prediction, truth, strict=True)]
        np.testing.assert_array_equal(values, alone)


@given(masks, masks)
def test_counts_of_slices_add_up_to_those_of_the_scan(prediction, truth):
    slices = count(prediction, truth, slicewise=True)
    whole = overlap_from_counts(type(slices)(*(n.sum() for n in slices)))
    np.testing.assert_equal(whole, overlap(prediction, truth))


@given(masks, masks, st.integers(0, 59))
def test_finding_one_more_voxel_of_the_bleed_never_lowers_a_score(prediction, truth, index):
    truth.flat[index] = True
    prediction.flat[index] = False
    before = overlap(prediction, truth)
    prediction.flat[index] = True
    after = overlap(prediction, truth)
    for name in ("dice", "iou", "tpr", "ppv"):
        assert after[name] >= before[name]
