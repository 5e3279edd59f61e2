import numpy as np
import pandas as pd
import pytest

from bleedmap.config.scoring import ScoringSpec
from bleedmap.errors import ScanError
from bleedmap.provenance.archive import write_archive
from bleedmap.scoring.points import score_point_shards
from bleedmap.scoring.score_area import score_area
from bleedmap.scoring.score_shards import score_shards
from bleedmap.scoring.table import RowLabels
from bleedmap.slices.store import ScanEntry, add_rows, slice_attributes, write_store
from bleedmap.splits.roles import Roles
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.scan_archive import add_scan

from .conftest import geometry

SIZE, SLICES = 24, 3
ROW = RowLabels("d", "m", 2)
CLASSES = ["any", "iph", "ivh", "sah", "sdh", "edh"]
# scan: (role of its subject, truth by subtype)
SCANS = {"a": ("test", True), "b": ("test", False), "c": ("train", True), "d": ("", True), "e": ("test", True)}
ROLES = Roles({f"p-{name}": role for name, (role, _) in SCANS.items() if role})


def labels(value, left=6):
    """(SLICES, SIZE, SIZE) with 6 x 6 pixels of a value on the middle slice."""
    mask = np.zeros((SLICES, SIZE, SIZE), np.uint8)
    mask[1, 6:12, left : left + 6] = value
    return mask


def scan(name, subtypes):
    truth = None if name == "e" else labels(4 if subtypes else 1)
    volume = CtVolume(np.zeros((SLICES, SIZE, SIZE), np.int16), geometry(SLICES, (5, 1, 1)))
    known = np.array([0, 1, 0], np.int8)
    return Scan(name, f"p-{name}", volume, known, truth=truth, truth_subtypes=subtypes, scan_label=1)


@pytest.fixture
def shard(tmp_path):
    """Archive and slice store of one shard; the working grid is the scan's own, and nobody has drawn e."""
    with write_archive(tmp_path / "volumes.zip") as archive:
        for name, (_, subtypes) in SCANS.items():
            add_scan(archive, scan(name, subtypes))
    rows = [
        [name, f"p-{name}", index, *([int(index == 1)] + [-1] * 5), name != "e"]
        for name in SCANS
        for index in range(SLICES)
    ]
    box = {"top": 0, "left": 0, "height": SIZE, "width": SIZE}
    entries = {
        name: ScanEntry(box, np.array([1, -1, -1, -1, -1, -1], np.int8), subtypes, "hu", np.full(SLICES, 0.005))
        for name, (_, subtypes) in SCANS.items()
    }
    with write_store(tmp_path / "slices.zarr.zip", slice_attributes(rows, SIZE, entries)):
        pass
    return tmp_path / "volumes.zip", tmp_path / "slices.zarr.zip"


def predictions(folder, value, left=6, classes=CLASSES):
    path = folder / "predictions.zarr.zip"
    found = np.concatenate([labels(value, left)] * len(SCANS))
    with write_store(path, {"classes": classes}) as group:
        add_rows(group, "labels", len(found), SIZE, "uint8")[:] = found
    return path


def subject_dice(table):
    rows = table[(table["unit"] == "subject") & (table["metric"] == "dice")]
    return rows.set_index(["scan", "class"])["value"].dropna().to_dict()


def test_test_scans_with_truth_are_scored_and_no_others(shard, tmp_path):
    table = score_shards([(*shard, predictions(tmp_path, 1, classes=["any"]))], ROLES, ROW, ScoringSpec())
    assert subject_dice(table) == {("a", "any"): 1, ("b", "any"): 1}
    assert set(table.loc[table["subject"] != "", "subject"]) == {"p-a", "p-b"}
    assert set(table["fold"]) == {2}
    assert set(table["class"]) == {"any"}


def test_half_a_bleed_is_half_found(shard, tmp_path):
    table = score_shards([(*shard, predictions(tmp_path, 1, left=9, classes=["any"]))], ROLES, ROW, ScoringSpec())
    assert subject_dice(table)["a", "any"] == pytest.approx(0.5)


def test_subtypes_are_scored_on_scans_whose_truth_names_them(shard, tmp_path):
    table = score_shards([(*shard, predictions(tmp_path, 4))], ROLES, ROW, ScoringSpec())
    assert subject_dice(table) == {("a", "any"): 1, ("a", "sdh"): 1, ("b", "any"): 1}
    assert table.loc[table["scan"] == "a", "class"].drop_duplicates().tolist() == CLASSES
    assert table.loc[table["scan"] == "b", "class"].drop_duplicates().tolist() == ["any"]


def test_a_store_that_names_no_classes_is_of_any_hemorrhage(shard, tmp_path):
    path = tmp_path / "plain.zarr.zip"
    with write_store(path, {}) as group:
        add_rows(group, "labels", SLICES * len(SCANS), SIZE, "uint8")[:] = np.concatenate([labels(1)] * len(SCANS))
    assert set(score_shards([(*shard, path)], ROLES, ROW, ScoringSpec())["class"]) == {"any"}


def test_unknown_voxels_are_refused_before_they_turn_into_background(shard, tmp_path):
    with pytest.raises(ScanError, match="36 voxels of unknown class"):
        score_shards([(*shard, predictions(tmp_path, 255))], ROLES, ROW, ScoringSpec())


def test_a_split_without_test_subjects_gives_an_empty_table(shard, tmp_path):
    assert score_shards([(*shard, predictions(tmp_path, 1))], Roles({}), ROW, ScoringSpec()).empty


def test_points_are_scored_on_the_same_test_scans(shard, tmp_path):
    points = pd.DataFrame({"scan": list("abcde"), "slice": 1, "row": 8, "column": [8, 2, 8, 8, 8], "class": "any"})
    points.assign(score=0.9).to_csv(tmp_path / "points.csv", index=False)
    table = score_point_shards([(*shard, tmp_path / "points.csv")], ROLES, ROW)
    counts = table[table["scan"] != ""].pivot(index="scan", columns="metric", values="value")
    # nobody has framed or drawn the bleed of e
    assert counts.to_dict("index") == {
        "a": {"box_tp": 1, "box_fn": 0, "point_fp": 0},
        "b": {"box_tp": 0, "box_fn": 1, "point_fp": 1},
    }
    # of the two boxes one is found, but the false point is as sure
    of_fold = table[table["scan"] == ""].set_index("metric")["value"]
    assert (of_fold["froc_8"], of_fold["froc_slices"]) == (0.5, 2 * SLICES)
    assert len(of_fold) == 9


def test_a_shard_without_any_point_misses_every_box(shard, tmp_path):
    (tmp_path / "points.csv").write_text("scan,slice,row,column,class,score\n")
    table = score_point_shards([(*shard, tmp_path / "points.csv")], ROLES, ROW)
    counts = table[table["unit"] == "count"].groupby("metric")["value"].sum()
    assert counts.to_dict() == {"box_tp": 0, "box_fn": 2, "point_fp": 0, "froc_slices": 2 * SLICES}
    assert (table.loc[table["unit"] == "pooled", "value"] == 0).all()


def test_a_scan_that_a_stage_refused_has_no_value_instead_of_that_of_an_empty_mask(shard, tmp_path):
    reason = {"code": "out-of-memory", "found": "f", "expected": "e", "remedy": "r"}
    path = tmp_path / "predictions.zarr.zip"
    with write_store(path, {"classes": ["any"], "refused": {"b": reason}}) as group:
        found = add_rows(group, "labels", SLICES * len(SCANS), SIZE, "uint8")
        found[:] = np.concatenate([labels(1)] * len(SCANS))
        found[SLICES : 2 * SLICES] = 255
    table = score_shards([(*shard, path)], ROLES, ROW, ScoringSpec())
    dice = table[(table["unit"] == "subject") & (table["metric"] == "dice")].set_index("scan")["value"]
    assert dice["a"] == 1
    assert np.isnan(dice["b"])
    assert table.loc[(table["scan"] == "b") & (table["unit"] != "subject")].empty


def detection(table, name="any"):
    rows = table[(table["class"] == name) & (table["unit"] == "slice")]
    return rows.set_index("metric")["value"].to_dict()


def test_a_mask_of_more_pixels_than_asked_calls_its_slice(shard, tmp_path):
    shards = [(shard[1], predictions(tmp_path, 1, classes=["any"]))]
    called = detection(score_area(shards, ROLES, ROW, ScoringSpec(detection_pixels=35)))
    assert {called[name] for name in ("accuracy", "balanced_accuracy", "recall", "specificity", "auroc")} == {1}
    silent = detection(score_area(shards, ROLES, ROW, ScoringSpec(detection_pixels=36)))
    assert (silent["recall"], silent["specificity"], silent["balanced_accuracy"], silent["auroc"]) == (0, 1, 0.5, 1)


def test_detection_by_area_asks_test_subjects_alone_drawn_or_not(shard, tmp_path):
    table = score_area([(shard[1], predictions(tmp_path, 1, classes=["any"]))], ROLES, ROW, ScoringSpec())
    assert set(table["class"]) == {"any"}
    assert table.loc[table["metric"] == "detection_slices", "value"].tolist() == [9]
