import time

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bleedmap.config.scoring import ScoringSpec
from bleedmap.errors import ScanError
from bleedmap.scoring.classes import scored_classes
from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.overlap import overlap
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.surface import hd95, surface_areas, surface_dice
from bleedmap.scoring.table import COLUMNS, RowLabels, join
from bleedmap.volumes.geometry import Geometry

from .conftest import GEOMETRY, geometry

LABELS = RowLabels("phantom", "cam", 1, "subject-7", "scan-7")
SLICE_METRICS = {"dice", "iou", "tpr", "ppv", "rvd", "pixel_accuracy", "miou", "hd", "hd95", "surface_dice"}


def score(prediction, truth, **options):
    return score_scan(prediction.astype(np.uint8), truth.astype(np.uint8), GEOMETRY, LABELS, **options)


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
    assert subject["hd95"] == hd95(prediction, truth, GEOMETRY)
    assert subject["volume_true_ml"] == pytest.approx(truth.sum() * 5 * 0.45 * 0.6 / 1000)
    index = int(np.flatnonzero(truth.any(axis=(1, 2)))[0])
    found = values_of(table, "slice", index)
    assert set(found) == SLICE_METRICS
    assert found["iou"] == pytest.approx(float(overlap(prediction[index], truth[index])["iou"]))
    assert found["surface_dice"] == surface_dice(prediction[index], truth[index], GEOMETRY, 2.0)


def test_a_scan_with_missing_slices_is_measured_where_they_lie():
    origins = np.array([[0, 0, height] for height in (0, 5, 10, 30, 35)], dtype=np.float64)
    stack = Geometry(origins, np.array([0, 0.5, 0]), np.array([0.5, 0, 0]))
    prediction, truth = np.zeros((2, 5, 8, 8), np.uint8)
    prediction[3, 2:4, 2:4] = truth[1, 2:4, 2:4] = 1
    found = values_of(score_scan(prediction, truth, stack, LABELS), "subject")
    assert found["hd"] == found["hd95"] == 25
    assert found["surface_dice"] == 0


def test_the_tolerance_comes_from_the_config(blobs):
    prediction, truth = blobs(2)
    found = values_of(score(prediction, truth, spec=ScoringSpec(surface_tolerance_mm=0.5)), "subject")
    assert found["surface_dice"] == surface_dice(prediction, truth, GEOMETRY, 0.5)


def test_surface_dice_of_area_has_a_name_of_its_own(blobs):
    prediction, truth = blobs(2)
    spec = ScoringSpec(surface_dice="area", surface_tolerance_mm=1.1)
    table = score(prediction, truth, spec=spec)
    expected = surface_areas(prediction, truth, GEOMETRY).surface_dice(1.1)
    assert values_of(table, "subject")["surface_dice_area"] == pytest.approx(expected)
    assert "surface_dice" not in set(table["metric"])
    pooled = leaderboard(table).set_index(["unit", "metric"])["mean"]
    assert pooled["pooled", "surface_dice_area"] == pytest.approx(expected)
    assert values_of(table, "subject")["hd95"] == values_of(score(prediction, truth), "subject")["hd95"]


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


@pytest.mark.parametrize("voxels", [0, 300])
def test_a_healthy_scan_has_no_dice_but_says_what_was_found_in_it(voxels):
    empty = np.zeros((8, 48, 40), bool)
    found = np.zeros(empty.size, bool)
    found[:voxels] = True
    values = values_of(score(found.reshape(empty.shape), empty), "subject")
    assert all(np.isnan(values[name]) for name in SLICE_METRICS)
    assert values["false_positive"] == (voxels > 0)
    expected = voxels * 5 * 0.45 * 0.6 / 1000
    assert values["false_positive_ml"] == values["volume_error_ml"] == pytest.approx(expected)


def test_a_bleeding_scan_is_no_false_positive_whatever_is_found(blobs):
    assert not {"false_positive", "false_positive_ml"} & set(values_of(score(*blobs(1)), "subject"))


def test_methods_have_their_means_over_the_same_bleeding_subjects_whatever_they_find_in_healthy_ones(blobs):
    # the demo's cam-crf found something in a healthy subject, and had one Dice of 0 more than the network it taught
    prediction, truth = blobs(1)
    nothing = np.zeros_like(truth)
    scans = {"bleeds": truth, "missed": truth, "healthy": nothing}
    found = {"loud": (prediction, prediction, prediction), "quiet": (prediction, nothing, nothing)}
    tables = [
        score_scan(mask.astype(np.uint8), real.astype(np.uint8), GEOMETRY, RowLabels("d", method, 0, name, name))
        for method, masks in found.items()
        for mask, (name, real) in zip(masks, scans.items(), strict=True)
    ]
    board = leaderboard(join(tables)).set_index(["unit", "metric", "method"])
    dice = float(overlap(prediction, truth)["dice"])
    of = board.loc["subject"]
    assert of.loc["dice", "mean"].to_dict() == pytest.approx({"loud": dice, "quiet": dice / 2})
    for metric in SLICE_METRICS:
        assert of.loc[metric, "n"].to_dict() == {"loud": 2, "quiet": 2}
    assert of.loc["false_positive", "mean"].to_dict() == {"loud": 1, "quiet": 0}
    assert of.loc["false_positive", "n"].tolist() == [1, 1]
    volume = prediction.sum() * 5 * 0.45 * 0.6 / 1000
    assert of.loc["false_positive_ml", "mean"].to_dict() == pytest.approx({"loud": volume, "quiet": 0})


def test_without_a_drawn_bleed_there_is_no_dice_of_any_unit():
    empty = np.zeros((8, 48, 40), bool)
    board = leaderboard(score(~empty, empty))
    assert set(board.loc[board["n"] > 0, "metric"]) == {
        *("false_positive", "false_positive_ml"),
        *("volume_true_ml", "volume_predicted_ml", "volume_error_ml"),
    }
    assert board.loc[board["metric"] == "dice", "mean"].isna().all()


def test_subtype_labels_count_as_bleed(blobs):
    prediction, truth = blobs(7)
    assert score(prediction * np.uint8(1), truth * np.uint8(4)).equals(score(prediction, truth))


def test_each_class_is_scored_as_if_it_were_alone(blobs):
    prediction, truth = (np.where(mask, 2, 0) for mask in blobs(7))
    prediction[:, :24][prediction[:, :24] > 0] = 5
    truth[:, :, :20][truth[:, :, :20] > 0] = 5
    table = score(prediction, truth, classes=("any", "ivh", "edh"))
    # but for what is told where subtypes are scored
    table = table[~table["metric"].isin(("dice_large", "abc2_ml", "abc2_error_ml", "voxels"))].reset_index(drop=True)
    assert table["class"].drop_duplicates().tolist() == ["any", "ivh", "edh"]
    for name, value in (("ivh", 2), ("edh", 5)):
        alone = score(prediction == value, truth == value).assign(**{"class": name})
        assert table[table["class"] == name].reset_index(drop=True).equals(alone)
    assert table[table["class"] == "any"].equals(score(prediction > 0, truth > 0))


def test_a_bleed_called_by_another_name_is_found_as_any_and_missed_as_its_own(blobs):
    _, truth = blobs(7)
    table = score(truth * 3, truth * 4, classes=("any", "sah", "sdh"))
    dice = table[(table["unit"] == "subject") & (table["metric"] == "dice")].set_index("class")["value"]
    assert dice.dropna().to_dict() == {"any": 1, "sdh": 0}
    false = table[table["metric"] == "false_positive"].set_index("class")["value"]
    assert false.to_dict() == {"sah": 1}


def test_a_subtype_that_is_neither_there_nor_called_is_missing_and_not_zero(blobs):
    prediction, truth = blobs(7)
    table = score(prediction * 1, truth * 1, classes=("any", "edh"))
    edh = table[table["class"] == "edh"]
    assert np.isnan(edh.loc[(edh["unit"] == "subject") & (edh["metric"] == "dice"), "value"].item())
    assert not (edh["unit"] == "slice").any()
    assert edh.loc[edh["metric"].isin(["tp", "fp", "fn"]), "value"].tolist() == [0, 0, 0]


def test_subtypes_are_scored_where_prediction_and_truth_name_them():
    told_apart = ("any", "iph", "ivh", "sah", "sdh", "edh")
    assert scored_classes(told_apart, truth_subtypes=True) == told_apart
    assert scored_classes(["sdh", "any", "iph"], truth_subtypes=True) == ("any", "iph", "sdh")
    assert scored_classes(told_apart, truth_subtypes=False) == ("any",)
    assert scored_classes(["any"], truth_subtypes=True) == ("any",)


def test_a_prediction_has_no_unknown_voxels(blobs):
    prediction, truth = (mask.astype(np.uint8) for mask in blobs(7))
    prediction[3, 4, 5:7] = 255
    with pytest.raises(ScanError, match="2 voxels of unknown class"):
        score(prediction, truth, truth_slices=np.arange(8) == 0)


@pytest.mark.parametrize("bleeds", [True, False])
def test_a_picture_has_no_score_in_mm_or_ml(blobs, bleeds):
    prediction, truth = (mask.astype(np.uint8) for mask in blobs(7))
    board = leaderboard(score_scan(prediction, truth * bleeds, geometry(8, (1, 1, 1), in_mm=False), LABELS))
    assert set(board["metric"]) == {
        "dice",
        "iou",
        "tpr",
        "ppv",
        "rvd",
        "pixel_accuracy",
        "miou",
        *([] if bleeds else ["false_positive"]),
    }


def test_a_lone_slice_has_no_volume_for_nobody_knows_how_thick_it_is(blobs):
    prediction, truth = (mask[:1].astype(np.uint8) for mask in blobs(7))
    metrics = set(score_scan(prediction, truth, geometry(1), LABELS)["metric"])
    assert "hd95" in metrics
    assert not {name for name in metrics if name.endswith("_ml")}


def test_truth_slices_of_another_scan_are_refused(blobs):
    with pytest.raises(ScanError, match="truth slices"):
        score(*blobs(8), truth_slices=np.ones(9, bool))


def test_a_scan_takes_less_than_half_a_second():
    rng = np.random.default_rng(0)
    masks = (gaussian_filter(rng.normal(size=(28, 256, 256)), (1, 6, 6)) > 0.01 for _ in range(2))
    prediction, truth = (mask.astype(np.uint8) for mask in masks)
    for mask in (prediction, truth):
        # a ragged bleed of about 100 mL on all slices
        mask[:, :60], mask[:, 180:], mask[:, :, :60], mask[:, :, 180:] = False, False, False, False
        assert 80 < mask.sum() * 5 * 0.45**2 / 1000 < 200
    times = []
    for _ in range(3):
        start = time.process_time()
        score_scan(prediction, truth, geometry(28, (5, 0.45, 0.45)), LABELS)
        times.append(time.process_time() - start)
    assert min(times) < 0.5
