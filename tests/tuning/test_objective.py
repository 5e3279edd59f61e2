import math

import numpy as np
import pytest

from bleedmap.tuning.objective import DiceByUnit, Overlap


def rows(*lines):
    """A scan of slices of four voxels in a row."""
    return np.array([[[int(voxel) for voxel in line]] for line in lines], dtype=np.uint8)


SCANS = [
    # subject, found, drawn: Dice of slices 2/3, none drawn, 0
    ("a", rows("1000", "1000", "0000"), rows("1100", "0000", "0011")),
    ("a", rows("1111"), rows("1111")),  # 1
    ("b", rows("0000"), rows("0000")),  # nothing in either
    ("c", rows("0010"), rows("0000")),  # nothing drawn
    ("d", rows("1110"), rows("1000")),  # 1/2
]


@pytest.mark.parametrize(
    ("unit", "score", "n"),
    [
        ("slice", (2 / 3 + 0 + 1 + 1 / 2) / 4, 4),
        # a: 2 * (1 + 4) / (2 + 4 + 4 + 4); b is healthy and found so; c is healthy and not; d is 1/2
        ("subject", (10 / 14 + 1 + 0 + 1 / 2) / 4, 4),
        ("pooled", 2 * 6 / (14 + 1 + 4), 1),
    ],
)
def test_dice_by_unit_of_a_hand_example(unit, score, n):
    dice = DiceByUnit(unit)
    for subject, found, drawn in SCANS:
        dice.add(subject, Overlap.of(found, drawn))
    assert dice.score() == (pytest.approx(score), n)


@pytest.mark.parametrize("unit", ["slice", "subject", "pooled"])
@pytest.mark.parametrize("found", ["0000", "0110"])
def test_where_nothing_is_drawn_there_is_no_score_whatever_is_found(unit, found):
    dice = DiceByUnit(unit)
    dice.add("a", Overlap.of(rows(found), rows("0000")))
    score, n = dice.score()
    assert math.isnan(score)
    assert n == 0


def test_candidates_are_judged_on_the_same_subjects_and_false_positives_are_paid_for():
    judged = []
    for of_healthy in ("0000", "0001"):
        dice = DiceByUnit("subject")
        dice.add("bleeds", Overlap.of(rows("1100"), rows("1100")))
        dice.add("healthy", Overlap.of(rows(of_healthy), rows("0000")))
        judged.append(dice.score())
    assert judged == [(1.0, 2), (0.5, 2)]


def test_subtypes_are_hemorrhage_and_unknown_voxels_take_no_part():
    overlap = Overlap.of(
        np.array([[[1, 5, 255, 1, 0]]], dtype=np.uint8), np.array([[[3, 0, 1, 255, 255]]], dtype=np.uint8)
    )
    assert (overlap.both.tolist(), overlap.found.tolist(), overlap.drawn.tolist()) == ([1], [2], [2])


def test_of_one_subtype_only_its_own_voxels_count():
    labels, truth = np.array([[[1, 2, 2, 0]]], np.uint8), np.array([[[1, 1, 2, 255]]], np.uint8)
    overlap = Overlap.of(labels, truth, label=2)
    assert [part.tolist() for part in (overlap.both, overlap.found, overlap.drawn)] == [[1], [2], [1]]
