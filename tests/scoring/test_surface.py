import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bleedmap.errors import ScanError
from bleedmap.scoring.surface import hd95, surface_dice, surface_distances
from bleedmap.volumes.geometry import Geometry

from .conftest import GEOMETRY, SPACING, geometry

masks = arrays(bool, (3, 5, 6))
EMPTY = np.zeros((4, 30, 40), bool)
STACK = geometry(4)
ROW, COLUMN = np.array([0, 0.5, 0]), np.array([0.5, 0, 0])


def point(*index):
    mask = EMPTY.copy()
    mask[index] = True
    return mask


def placed(mask, origins, row=ROW):
    """(n, 3) mm of every voxel of a mask, from the definition of a geometry."""
    return np.array([origins[k] + r * row + c * COLUMN for k, r, c in np.argwhere(mask)])


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
    assert hd95(point(1, 10, 10), point(2, 10, 10), geometry(4, (5, 0.5, 0.5))) == 5
    assert hd95(point(1, 10, 10), point(1, 13, 14), geometry(4, (5, 1, 1))) == 5


def test_the_tolerance_itself_is_still_within():
    one, other = point(1, 10, 10), point(1, 14, 10)
    assert surface_dice(one, other, geometry(4, (5, 0.5, 0.5)), 2.0) == 1
    assert surface_dice(one, other, geometry(4, (5, 0.5, 0.5)), 1.99) == 0


def test_the_tolerance_does_not_depend_on_where_the_masks_lie():
    for row in range(24):
        # in floats, 0.4 * 17 - 0.4 * 12 is more than 2
        assert surface_dice(point(0, row, 0), point(0, row + 5, 0), geometry(4, (5, 0.4, 0.4)), 2.0) == 1


def test_half_of_a_surface_within_tolerance_by_hand():
    truth = point(1, 10, 10)
    prediction = truth | point(1, 10, 30)
    # three surface voxels, the far one alone beyond
    assert surface_dice(prediction, truth, geometry(4, (1, 1, 1)), 2.0) == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tolerance", [0.5, 2.0, 5.0])
def test_scans_agree_with_monai(blobs, seed, tolerance):
    prediction, truth = blobs(seed)
    distance, dice = monai_scores(prediction, truth, SPACING, tolerance)
    assert hd95(prediction, truth, GEOMETRY) == pytest.approx(distance, rel=1e-5)
    assert surface_dice(prediction, truth, GEOMETRY, tolerance) == pytest.approx(dice, rel=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_slices_agree_with_monai(blobs, seed):
    compared = 0
    for prediction, truth in zip(*blobs(seed), strict=True):
        if prediction.any() and truth.any():
            distance, dice = monai_scores(prediction, truth, SPACING[1:], 1.0)
            assert hd95(prediction, truth, GEOMETRY) == pytest.approx(distance, rel=1e-5)
            assert surface_dice(prediction, truth, GEOMETRY, 1.0) == pytest.approx(dice, rel=1e-5)
            compared += 1
    assert compared >= 4


def test_two_empty_masks_have_no_score():
    assert np.isnan(hd95(EMPTY, EMPTY, STACK))
    assert np.isnan(surface_dice(EMPTY, EMPTY, STACK, 2.0))


def test_a_missing_mask_costs_the_diagonal_whichever_it_is():
    diagonal = np.sqrt((4 * 5) ** 2 + (30 * 0.5) ** 2 + (40 * 0.5) ** 2)
    for pair in ((EMPTY, point(1, 2, 3)), (point(1, 2, 3), EMPTY)):
        assert hd95(*pair, geometry(4, (5, 0.5, 0.5))) == pytest.approx(diagonal)
        # even where the tolerance is wider than the picture
        assert surface_dice(*pair, geometry(4, (5, 0.5, 0.5)), 1e6) == 0


def test_no_distance_is_as_bad_as_a_missing_mask():
    farthest = hd95(point(0, 0, 0), point(3, 29, 39), STACK)
    assert farthest < hd95(EMPTY, point(3, 29, 39), STACK)


@given(masks, masks)
def test_surface_scores_do_not_care_which_mask_is_the_truth(one, other):
    np.testing.assert_equal(hd95(one, other, geometry(3)), hd95(other, one, geometry(3)))
    np.testing.assert_equal(surface_dice(one, other, geometry(3), 2), surface_dice(other, one, geometry(3), 2))


@given(masks)
def test_a_mask_is_at_no_distance_from_itself(mask):
    if mask.any():
        assert hd95(mask, mask, geometry(3)) == 0
        assert surface_dice(mask, mask, geometry(3), 0) == 1


@given(masks, masks, st.floats(0, 20), st.floats(0, 20))
def test_a_wider_tolerance_never_lowers_surface_dice(one, other, a, b):
    narrow, wide = (surface_dice(one, other, geometry(3), t) for t in sorted((a, b)))
    assert np.isnan(narrow) or 0 <= narrow <= wide <= 1


@settings(max_examples=50)
@given(masks, masks, st.integers(0, 3), st.integers(0, 3))
def test_empty_borders_change_nothing(one, other, before, after):
    if one.any() and other.any():
        wide = [np.pad(mask, ((before, after),) * 3) for mask in (one, other)]
        assert hd95(*wide, geometry(3 + before + after)) == hd95(one, other, geometry(3))


def test_every_surface_voxel_is_measured_once():
    box = EMPTY.copy()
    box[0:3, 5:10, 5:10] = True
    # only the inside of the middle slice is no surface
    assert surface_distances(box, box, STACK).whole == 2 * (75 - 9)


def uneven(*heights):
    return np.array([[0, 0, height] for height in heights], dtype=np.float64)


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (uneven(0, 2.5, 5, 12.5), 12.5),
        (uneven(0, 5, 25, 30), 30),
        # tilted by 25 degrees: slices 5 mm apart along the couch, whose middles shift within their plane
        (np.array([[0, 0, 5.0 * k] for k in range(4)]), 15),
        # each slice shifted sideways by 4 mm: sides of 12 and 15 mm
        (np.array([[4.0 * k, 0, 5.0 * k] for k in range(4)]), np.hypot(12, 15)),
    ],
    ids=["uneven", "missing slices", "tilted", "shifted"],
)
def test_points_lie_where_the_scanner_put_them(origins, expected):
    row = ROW if expected != 15 else 0.5 * np.array([0, np.cos(np.radians(25)), -np.sin(np.radians(25))])
    stack = Geometry(origins, row, COLUMN)
    found = surface_distances(point(0, 10, 10), point(3, 10, 10), stack)
    assert found.hd() == found.hd95() == pytest.approx(expected)


def test_distances_of_a_tilted_uneven_stack_are_those_of_all_pairs():
    rng = np.random.default_rng(3)
    row = 0.6 * np.array([0, np.cos(0.4), -np.sin(0.4)])
    origins = np.cumsum(rng.uniform([-1, -1, 2], [1, 1, 9], (4, 3)), axis=0)
    one, other = (rng.random((4, 5, 6)) < 0.1 for _ in range(2))  # so few that all are surface
    apart = np.linalg.norm(placed(one, origins, row)[:, None] - placed(other, origins, row), axis=-1)
    ways = apart.min(axis=1), apart.min(axis=0)
    found = surface_distances(one, other, Geometry(origins, row, COLUMN))
    assert found.hd() == pytest.approx(max(way.max() for way in ways), abs=1e-6)
    assert found.hd95() == pytest.approx(max(np.percentile(way, 95) for way in ways), abs=1e-6)
    near = sum(np.count_nonzero(way <= 3) for way in ways)
    assert found.surface_dice(3) == pytest.approx(near / (len(ways[0]) + len(ways[1])))


def test_no_distance_of_a_sheared_scan_is_as_bad_as_a_missing_mask():
    sheared = Geometry(np.array([[30.0 * k, 0, 5 * k] for k in range(4)]), ROW, COLUMN)
    farthest = hd95(point(0, 0, 0), point(3, 29, 39), sheared)
    assert farthest < hd95(EMPTY, point(3, 29, 39), sheared)


@pytest.mark.parametrize("spacing", [(5, 1, 0), (5, 1, np.nan)])
def test_pixels_that_span_no_plane_are_refused(spacing):
    with pytest.raises(ScanError, match="pixel"):
        hd95(EMPTY, EMPTY, geometry(4, spacing))


def test_the_geometry_of_another_scan_is_refused():
    with pytest.raises(ScanError, match="5 slice positions"):
        hd95(EMPTY, EMPTY, geometry(5))
