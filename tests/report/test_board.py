import numpy as np
import pandas as pd
import pytest

from bleedmap.report.board import tables
from bleedmap.scoring.leaderboard import BOARD_COLUMNS

FALSE = ("false_positive", "false_positive_ml")


def board(*rows):
    return pd.DataFrame([("d", m, "any", *rest) for m, *rest in rows], columns=list(BOARD_COLUMNS))


def best(table, column=0):
    return {row.name for row, cells in table.lines if cells[column] and cells[column].best}


@pytest.mark.parametrize(("metric", "winner"), [("dice", "weak"), ("hd95", "plain"), ("rvd", "plain")])
def test_best_is_highest_or_lowest_among_methods_that_saw_no_drawn_mask(rows, metric, winner):
    means = {"plain": 0.3, "weak": 0.4, "strong": 0.9 if metric == "dice" else 0.0}
    scores = board(*((name, "subject", metric, mean, 0.1, 5, 0) for name, mean in means.items()))
    (table,) = tables(scores, rows)["d", "any"]
    assert best(table) == {winner}


def test_all_that_look_equal_are_best_and_nobody_is_if_all_are_equal(rows):
    rivals = (*rows, rows[0].model_copy(update={"name": "third"}))
    near = [("plain", 0.40001), ("weak", 0.40002), ("third", 0.1)]
    (table,) = tables(board(*((m, "subject", "dice", v, 0.1, 5, 0) for m, v in near)), rivals)["d", "any"]
    assert best(table) == {"plain", "weak"}
    (table,) = tables(board(*((m, "subject", "dice", v, 0.1, 5, 0) for m, v in near[:2])), rivals)["d", "any"]
    assert best(table) == set()


def test_true_volume_is_no_contest(rows):
    scores = board(
        *((name, "subject", "volume_true_ml", mean, 0.1, 5, 0) for name, mean in [("plain", 1), ("weak", 2)])
    )
    (table,) = tables(scores, rows)["d", "any"]
    assert best(table) == set()
    assert table.kind == "volume"


def test_false_positives_stand_in_a_table_of_their_own_and_fewer_are_better(rows):
    scores = [(m, "subject", name, v, 0.1, 4, 8) for m, v in (("plain", 0.5), ("weak", 0.0)) for name in FALSE]
    found = tables(board(*scores, ("weak", "subject", "dice", 0.5, 0.1, 8, 4)), rows)["d", "any"]
    assert [table.kind for table in found] == ["subject", "healthy"]
    assert found[1].columns == [("with a mask, share", "↓"), ("found, mL", "↓")]
    assert best(found[1]) == best(found[1], 1) == {"weak"}


def test_surface_dice_says_what_it_is_a_share_of(rows):
    scores = [("weak", "subject", name, 0.5, 0.1, 8, 4) for name in ("surface_dice", "surface_dice_area")]
    (table,) = tables(board(*scores), rows)["d", "any"]
    assert [title for title, _ in table.columns] == ["surface Dice, voxels", "surface Dice, area"]


def test_units_left_out_are_told_and_nan_is_blank(rows):
    found = tables(
        board(("weak", "subject", "dice", 0.5, np.nan, 1, 2), ("weak", "subject", "tpr", np.nan, np.nan, 0, 3)), rows
    )
    ((_, (dice, tpr)),) = found["d", "any"][0].lines
    assert (dice.mean, dice.std, dice.n) == ("0.500", "", "1 of 3")
    assert (tpr.mean, tpr.n) == ("", "0 of 3")


def test_blocks_and_methods_keep_their_order(rows):
    scores = [(m, unit, "dice", 0.5, 0.1, 5, 0) for unit in ("pooled", "slice", "subject") for m in ("strong", "plain")]
    found = tables(board(*scores, ("weak", "slice", "auroc", 0.9, 0.1, 50, 0)), rows)["d", "any"]
    assert [table.kind for table in found] == ["subject", "slice", "pooled", "detection"]
    assert [row.name for row, _ in found[0].lines] == ["plain", "strong"]


def test_faithfulness_has_a_table_of_its_own_in_which_randomisation_is_no_contest(rows):
    measures = {"deletion": (0.1, 0.2), "insertion": (0.1, 0.2), "randomisation": (0.1, 0.2), "dice": (0.1, 0.2)}
    scores = [
        (m, "slice", name, values[m == "weak"], 0.1, 5, 0)
        for name, values in measures.items()
        for m in ("plain", "weak")
    ]
    by_slice, faithful = tables(board(*scores), rows)["d", "any"]
    assert (by_slice.kind, by_slice.columns) == ("slice", [("Dice", "↑")])
    assert faithful.columns == [("deletion", "↓"), ("insertion", "↑"), ("randomisation", "")]
    assert [best(faithful, column) for column in range(3)] == [{"plain"}, {"weak"}, set()]


def test_points_in_boxes_never_share_a_table_with_voxels(rows, detector):
    scores = [("weak", "pooled", "ppv", 0.9, 0.1, 5, 0), ("weak", "pooled", "dice", 0.5, 0.1, 5, 0)]
    scores += [("peaks", "pooled", name, 0.6, 0.1, 5, 0) for name in ("localisation_f1", "sensitivity", "ppv")]
    found = {table.kind: table for table in tables(board(*scores), (*rows, detector))["d", "any"]}
    assert list(found) == ["pooled", "localisation"]
    assert [row.name for row, _ in found["pooled"].lines] == ["weak"]
    assert [row.name for row, _ in found["localisation"].lines] == ["peaks"]
    assert found["localisation"].columns == [("PPV", "↑"), ("sensitivity", "↑"), ("localisation F1", "↑")]
