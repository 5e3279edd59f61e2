import time

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bleedmap.config.scoring import ScoringSpec
from bleedmap.errors import ScanError
from bleedmap.scoring.overlap import overlap
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.surface import hd95, surface_dice
from bleedmap.scoring.table import COLUMNS, RowLabels

from .conftest import SPACING

LABELS = RowLabels("phantom", "cam", 1, "subject-7", "scan-7")
EXTENTS = np.full(8, 5.0)
SLICE_METRICS = {"dice", "iou", "tpr", "ppv", "rvd", "hd", "hd95", "surface_dice"}


def score(prediction, truth, **options):
    return score_scan(prediction, truth, SPACING, EXTENTS, LABELS, **options)


def values_of(table, unit, index=None):
    rows = table[table["unit"] == unit]
    rows = rows[rows["slice"].isna()] if index is None else rows[rows["slice"] == index]
    return rows.set_index("metric")["value"].to_dict()


def test_rows_have_the_columns_of_the_contract(blobs):
    table = score(*blobs(0))
    assert tuple(table.columns) == COLUMNS
    assert set(table["unit"]) == {"slice", "subject", "count"}
    one = {name: table[name].unique().tolist() for name in ("dataset", "method", "class", "fold", "subject", "scan")}
    assert one == {
        "dataset": ["phantom"],
        "method": ["cam"],
        "class": ["any"],
        "fold": [1],
        "subject": ["subject-7"],
        "scan": ["scan-7"],
    }


def test_a_scan_is_scored_in_3d_and_its_slices_in_2d(blobs):
    prediction, truth = blobs(1)
    table = score(prediction, truth)
    subject = values_of(table, "subject")
    assert set(subject) == SLICE_METRICS | {"volume_true_ml", "volume_predicted_ml", "volume_error_ml"}
    assert subject["dice"] == pytest.approx(float(overlap(prediction, truth)["dice"]))
    assert subject["hd95"] == hd95(prediction, truth, SPACING)
    assert subject["volume_true_ml"] == pytest.approx(truth.sum() * 5 * 0.45 * 0.6 / 1000)
    index = int(np.flatnonzero(truth.any(axis=(1, 2)))[0])
    found = values_of(table, "slice", index)
    assert set(found) == SLICE_METRICS
    assert found["iou"] == pytest.approx(float(overlap(prediction[index], truth[index])["iou"]))
    assert found["surface_dice"] == surface_dice(prediction[index], truth[index], SPACING[1:], 2.0)


def test_the_tolerance_comes_from_the_config(blobs):
    prediction, truth = blobs(2)
    found = values_of(score(prediction, truth, spec=ScoringSpec(surface_tolerance_mm=0.5)), "subject")
    assert found["surface_dice"] == surface_dice(prediction, truth, SPACING, 0.5)


def test_slices_without_true_bleed_are_kept_as_nan_if_something_was_predicted_and_dropped_if_not(blobs):
    prediction, truth = (mask.copy() for mask in blobs(3))
    prediction[:, 10, 10] = True
    truth[2], truth[5], prediction[5] = False, False, False
    table = score(prediction, truth)
    assert all(np.isnan(value) for value in values_of(table, "slice", 2).values())
    assert set(values_of(table, "slice", 2)) == SLICE_METRICS
    assert values_of(table, "slice", 5) == {}


def test_a_missed_slice_scores_zero_and_the_diagonal(blobs):
    _, truth = blobs(4)
    index = int(np.flatnonzero(truth.any(axis=(1, 2)))[0])
    found = values_of(score(np.zeros_like(truth), truth), "slice", index)
    assert (found["dice"], found["iou"], found["tpr"], found["ppv"], found["surface_dice"]) == (0, 0, 0, 0, 0)
    assert found["rvd"] == 1
    assert found["hd95"] == pytest.approx(np.hypot(48 * 0.45, 40 * 0.6))


def test_slices_of_unknown_truth_take_no_part(blobs):
    prediction, truth = blobs(5)
    known = np.array([0, 0, 1, 1, 1, 0, 0, 0], bool)
    noise = np.random.default_rng(0).random(truth.shape) < 0.5
    elsewhere = [np.where(known[:, None, None], mask, noise) for mask in (prediction, truth)]
    before, after = score(prediction, truth, truth_slices=known), score(*elsewhere, truth_slices=known)
    assert before.equals(after)
    assert set(before["slice"].dropna()) <= {2, 3, 4}
    counts = values_of(before, "count")
    assert counts["tp"] + counts["fn"] == truth[2:5].sum()


def test_a_scan_without_truth_gets_no_rows(blobs):
    table = score(*blobs(6), truth_slices=np.zeros(8, bool))
    assert table.empty
    assert tuple(table.columns) == COLUMNS


def test_two_empty_masks_are_counted_as_nan_for_the_subject():
    empty = np.zeros((8, 48, 40), bool)
    found = values_of(score(empty, empty), "subject")
    assert all(np.isnan(found[name]) for name in SLICE_METRICS)
    assert found["volume_error_ml"] == 0


def test_subtype_labels_count_as_bleed(blobs):
    prediction, truth = blobs(7)
    assert score(prediction * np.uint8(1), truth * np.uint8(4)).equals(score(prediction, truth))


def test_truth_slices_of_another_scan_are_refused(blobs):
    with pytest.raises(ScanError, match="truth slices"):
        score(*blobs(8), truth_slices=np.ones(9, bool))


def test_a_scan_takes_less_than_half_a_second():
    rng = np.random.default_rng(0)
    prediction, truth = (gaussian_filter(rng.normal(size=(28, 256, 256)), (1, 6, 6)) > 0.01 for _ in range(2))
    for mask in (prediction, truth):
        # a ragged bleed of about 100 mL on all slices
        mask[:, :60], mask[:, 180:], mask[:, :, :60], mask[:, :, 180:] = False, False, False, False
        assert 80 < mask.sum() * 5 * 0.45**2 / 1000 < 200
    times = []
    for _ in range(3):
        start = time.process_time()
        score_scan(prediction, truth, (5, 0.45, 0.45), np.full(28, 5.0), LABELS)
        times.append(time.process_time() - start)
    assert min(times) < 0.5
