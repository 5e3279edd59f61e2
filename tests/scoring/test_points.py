import numpy as np
import pandas as pd
import pytest

from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.points import points_in_boxes, score_points
from bleedmap.scoring.table import COLUMNS, RowLabels, join
from bleedmap.splits.roles import Roles
from bleedmap.volumes.ct_volume import Box, CtVolume, Scan

from .conftest import geometry

SHAPE = (3, 20, 20)
ROW = RowLabels("d", "m", 0)
ROLES = Roles({"p": "test", "q": "test", "t": "train"})


def scan(**known):
    subject = known.pop("subject", "p")
    volume = CtVolume(np.zeros(SHAPE, np.int16), geometry(SHAPE[0], (5, 1, 1)))
    return Scan(f"s-{subject}", subject, volume, np.full(SHAPE[0], -1, np.int8), **known)


def box(index, top, left, height, width, subtype="iph"):
    return Box(index, float(top), float(left), float(height), float(width), subtype)


def points(*places, subject="p", class_name="any"):
    table = pd.DataFrame(places, columns=["slice", "row", "column"])
    return table.assign(**{"scan": f"s-{subject}", "class": class_name, "score": 0.5})


def counts(table, class_name="any"):
    rows = table[table["class"] == class_name]
    assert set(rows["unit"]) <= {"count"}
    sums = rows.groupby("metric")["value"].sum()
    return tuple(sums.get(name, 0) for name in ("box_tp", "box_fn", "point_fp")) if len(rows) else None


def test_a_box_with_a_point_is_found_one_without_is_missed_and_a_point_in_none_is_false():
    framed = scan(boxes=(box(0, 2, 2, 4, 4), box(1, 2, 2, 4, 4), box(1, 10, 10, 3, 3)))
    found = points((0, 3, 3), (1, 11, 11), (1, 15, 15), (2, 3, 3))
    table = score_points(found, [framed], ROLES, ROW)
    assert tuple(table.columns) == COLUMNS
    assert counts(table) == (2, 1, 2)  # the box of slice 1 at (2, 2) is missed; slice 2 has no box


def test_several_points_in_a_box_find_it_once_and_one_point_finds_all_boxes_it_lies_in():
    framed = scan(boxes=(box(0, 2, 2, 6, 6), box(0, 4, 4, 6, 6)))
    assert counts(score_points(points((0, 3, 3), (0, 2, 2)), [framed], ROLES, ROW)) == (1, 1, 0)
    assert counts(score_points(points((0, 5, 5)), [framed], ROLES, ROW)) == (2, 0, 0)


@pytest.mark.parametrize(
    ("row", "column", "inside"),
    [
        (2, 3, True),
        (5, 3, True),
        (2, 7, True),
        (5, 7, True),
        (1, 3, False),
        (6, 3, False),
        (2, 2, False),
        (2, 8, False),
    ],
)
def test_the_outermost_pixels_of_a_box_belong_to_it_and_the_next_do_not(row, column, inside):
    # four rows from 2, five columns from 3
    assert points_in_boxes(points((0, row, column)), [box(0, 2, 3, 4, 5)]).item() is inside


def test_the_middle_of_the_pixel_decides_at_a_box_that_cuts_it():
    assert points_in_boxes(points((0, 4, 4)), [box(0, 4.5, 4.5, 3, 3)]).item()
    assert not points_in_boxes(points((0, 4, 4)), [box(0, 4.6, 4.5, 3, 3)]).item()


def test_a_bleed_at_the_edge_of_the_picture_can_be_found():
    truth = np.zeros(SHAPE, np.uint8)
    truth[0, :3, 17:] = 1
    found = points((0, 0, 19))
    assert counts(score_points(found, [scan(truth=truth)], ROLES, ROW)) == (1, 0, 0)


def test_without_boxes_every_connected_part_of_the_truth_on_a_slice_is_one():
    truth = np.zeros(SHAPE, np.uint8)
    truth[0, 2:5, 2:5], truth[0, 5:7, 5:7] = 1, 1  # touch at a corner
    truth[0, 12:14, 2:9] = 1
    truth[1, 2:5, 2:5] = 1  # the same bleed one slice on
    drawn = scan(truth=truth)
    assert counts(score_points(points((0, 3, 3)), [drawn], ROLES, ROW)) == (1, 2, 0)
    # in the box, though not on the bleed
    assert counts(score_points(points((0, 2, 6)), [drawn], ROLES, ROW)) == (1, 2, 0)
    assert counts(score_points(points((0, 7, 6), (1, 4, 4)), [drawn], ROLES, ROW)) == (1, 2, 1)


def test_boxes_come_before_truth():
    truth = np.zeros(SHAPE, np.uint8)
    truth[0, 2:5, 2:5] = 1
    both = scan(truth=truth, boxes=(box(1, 2, 2, 4, 4),))
    assert counts(score_points(points((0, 3, 3)), [both], ROLES, ROW)) == (0, 1, 1)


def test_points_on_slices_that_nobody_has_drawn_are_not_judged():
    truth = np.zeros(SHAPE, np.uint8)
    truth[0, 2:5, 2:5] = 1
    partly = scan(truth=truth, truth_slices=np.array([True, True, False]))
    assert counts(score_points(points((1, 3, 3), (2, 3, 3)), [partly], ROLES, ROW)) == (0, 1, 1)


def test_every_point_in_a_healthy_scan_is_false_and_an_unknown_scan_takes_no_part():
    found = points((0, 3, 3), (1, 3, 3))
    assert counts(score_points(found, [scan(scan_label=0)], ROLES, ROW)) == (0, 0, 2)
    assert counts(score_points(found, [scan(scan_label=1)], ROLES, ROW)) is None
    assert counts(score_points(found, [scan()], ROLES, ROW)) is None


def test_only_test_subjects_take_part():
    framed = [scan(subject=name, boxes=(box(0, 2, 2, 4, 4),)) for name in ("p", "t", "x")]
    found = pd.concat([points((0, 3, 3), subject=name) for name in ("p", "t", "x")], ignore_index=True)
    table = score_points(found, framed, ROLES, ROW)
    assert set(table["subject"]) == {"p"}
    assert counts(table) == (1, 0, 0)


def test_each_class_has_its_own_boxes_and_points():
    framed = scan(boxes=(box(0, 2, 2, 4, 4, "sdh"), box(0, 10, 10, 4, 4, "edh")))
    found = pd.concat(
        [points((0, 3, 3), (0, 11, 11)), points((0, 3, 3), (0, 11, 11), class_name="sdh")], ignore_index=True
    )
    table = score_points(found, [framed], ROLES, ROW, classes=("any", "sdh", "edh", "iph"))
    assert counts(table, "any") == (2, 0, 0)
    assert counts(table, "sdh") == (1, 0, 1)
    assert counts(table, "edh") == (0, 1, 0)
    assert counts(table, "iph") == (0, 0, 0)


def test_subtypes_need_boxes_or_truth_that_name_them():
    truth = np.zeros(SHAPE, np.uint8)
    truth[0, 2:5, 2:5] = 4
    found, classes = points((0, 3, 3), class_name="sdh"), ("any", "sdh")
    unnamed = scan(boxes=(box(0, 2, 2, 4, 4, "any"),))
    assert counts(score_points(found, [unnamed], ROLES, ROW, classes=classes), "sdh") is None
    assert counts(score_points(found, [scan(truth=truth)], ROLES, ROW, classes=classes), "sdh") is None
    named = scan(truth=truth, truth_subtypes=True)
    assert counts(score_points(found, [named], ROLES, ROW, classes=classes), "sdh") == (1, 0, 0)


def test_the_leaderboard_pools_points_over_scans_and_folds():
    one, two = (scan(subject=name, boxes=(box(0, 2, 2, 4, 4), box(1, 2, 2, 4, 4))) for name in ("p", "q"))
    first = score_points(points((0, 3, 3), (1, 3, 3)), [one], ROLES, ROW)
    found = points((0, 3, 3), (0, 18, 18), (1, 18, 18), (2, 18, 18), subject="q")
    second = score_points(found, [two], ROLES, RowLabels("d", "m", 1))
    board = leaderboard(join([first, second])).set_index("metric")
    assert set(board["unit"]) == {"pooled"}
    assert list(board.index) == ["ppv", "sensitivity", "localisation_f1"]
    assert board["mean"].to_dict() == pytest.approx({"ppv": 3 / 6, "sensitivity": 3 / 4, "localisation_f1": 6 / 10})
    assert board.loc["sensitivity", "std"] == pytest.approx(np.std([1, 1 / 2], ddof=1))
    assert (board["n"] == 2).all()


def test_a_scan_that_the_detector_refused_is_not_scored_as_one_in_which_it_found_nothing():
    framed = scan(boxes=(box(0, 2, 2, 4, 4),))
    assert counts(score_points(points(), [framed], ROLES, ROW)) == (0, 1, 0)
    refused = points((0, np.nan, np.nan), class_name="refused")
    assert counts(score_points(refused, [framed], ROLES, ROW)) is None
