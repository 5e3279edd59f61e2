import numpy as np
import pandas as pd
import pytest

from bleedmap.errors import TableError
from bleedmap.scoring.detection import detection_rows
from bleedmap.scoring.leaderboard import BOARD_COLUMNS, leaderboard, write
from bleedmap.scoring.table import RowLabels, Score, join, tabulate


def rows(method, fold, subject, scan, *scores):
    return tabulate(RowLabels("d", method, fold, subject, scan), [Score(*score) for score in scores])


def counts(method, fold, subject, voxels, distance=1.0):
    tp, fp, fn = voxels
    whole = {"tp": tp, "fp": fp, "fn": fn, "surface_near": tp, "surface_all": tp + fp + fn}
    return rows(
        method,
        fold,
        subject,
        subject,
        *(("count", name, value) for name, value in whole.items()),
        ("count", f"distance_to_truth:{distance}", tp + fp),
        ("count", f"distance_to_prediction:{distance}", tp + fn),
    )


def entry(board, unit, metric, method="m"):
    found = board[(board["method"] == method) & (board["unit"] == unit) & (board["metric"] == metric)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.fixture
def table():
    return join(
        [
            rows("m", 0, "a", "a1", ("slice", "dice", 0.2, 3), ("slice", "dice", 0.4, 4), ("subject", "dice", 0.5)),
            rows("m", 0, "a", "a2", ("slice", "dice", np.nan, 3), ("subject", "dice", 0.7)),
            rows("m", 1, "b", "b1", ("slice", "dice", 0.9, 3), ("subject", "dice", 0.0)),
            rows("m", 1, "c", "c1", ("subject", "dice", np.nan)),
        ]
    )


def test_slices_count_one_by_one_and_missing_ones_are_counted(table):
    found = entry(leaderboard(table), "slice", "dice")
    assert found["mean"] == pytest.approx(0.5)
    assert found["std"] == pytest.approx(np.std([0.2, 0.4, 0.9], ddof=1))
    assert (found["n"], found["missing"]) == (3, 1)


def test_scans_of_a_subject_are_averaged_first(table):
    found = entry(leaderboard(table), "subject", "dice")
    assert found["mean"] == pytest.approx((0.6 + 0.0) / 2)
    assert found["std"] == pytest.approx(np.std([0.6, 0.0], ddof=1))
    assert (found["n"], found["missing"]) == (2, 1)


def test_a_subject_scored_by_several_folds_counts_once():
    board = leaderboard(join(rows("m", fold, "a", "a", ("subject", "dice", fold / 4)) for fold in range(5)))
    found = entry(board, "subject", "dice")
    assert found["mean"] == pytest.approx(0.5)
    assert found["n"] == 1
    assert np.isnan(found["std"])


def test_all_methods_have_their_means_over_the_units_that_all_were_scored_on():
    values = {"m": {"a": 0.2, "b": 0.4, "c": 0.9}, "k": {"b": 0.5, "c": 0.7, "d": 0.1}}
    parts = [
        rows(method, 0, name, name, ("subject", "dice", value), ("slice", "dice", value / 2, 3))
        for method, of in values.items()
        for name, value in of.items()
    ]
    parts.append(rows("k", 0, "c", "c", ("slice", "iou", 0.5, 3)))
    board = leaderboard(join(parts))
    for method, mean in (("m", 0.65), ("k", 0.6)):
        found = entry(board, "subject", "dice", method)
        assert found["mean"] == pytest.approx(mean)
        assert (found["n"], found["missing"]) == (2, 1)
        assert entry(board, "slice", "dice", method)["mean"] == pytest.approx(mean / 2)
    # what one method alone has hinders nobody
    assert entry(board, "slice", "iou", "k")["n"] == 1


def test_methods_without_a_subject_in_common_have_no_mean_and_say_so():
    board = leaderboard(join([rows(name, 0, name, name, ("subject", "dice", 0.5)) for name in "mk"]))
    assert board["mean"].isna().all()
    assert board[["n", "missing"]].to_numpy().tolist() == [[0, 1], [0, 1]]


def test_a_method_without_any_value_hinders_no_other():
    parts = [rows("m", 0, "a", "a", ("subject", "dice", 0.5)), rows("k", 0, "a", "a", ("subject", "dice", np.nan))]
    board = leaderboard(join(parts))
    assert entry(board, "subject", "dice")["mean"] == 0.5
    assert (entry(board, "subject", "dice", "k")["n"], entry(board, "subject", "dice", "k")["missing"]) == (0, 1)


def test_pooled_values_are_of_the_scans_that_all_methods_were_scored_on():
    parts = [counts("m", 0, "a", (8, 2, 2)), counts("m", 1, "b", (0, 0, 4)), counts("k", 0, "b", (3, 1, 1))]
    board = leaderboard(join(parts))
    assert entry(board, "pooled", "dice", "m")["mean"] == 0
    assert entry(board, "pooled", "dice", "k")["mean"] == pytest.approx(6 / 8)
    assert [entry(board, "pooled", "dice", name)["n"] for name in "mk"] == [1, 1]
    assert [entry(board, "pooled", "dice", name)["missing"] for name in "mk"] == [1, 0]
    # distances are summed by fold, so those of scan b cannot be told from those of a
    assert np.isnan(entry(board, "pooled", "hd95", "m")["mean"])
    assert entry(board, "pooled", "hd95", "k")["mean"] == 1.0


def test_pooled_dice_is_one_dice_over_the_counts_of_all_folds():
    board = leaderboard(
        join([counts("m", 0, "a", (8, 2, 2)), counts("m", 0, "b", (0, 0, 4)), counts("m", 1, "c", (2, 4, 4))])
    )
    found = entry(board, "pooled", "dice")
    assert found["mean"] == pytest.approx(20 / (20 + 6 + 10))
    assert found["std"] == pytest.approx(np.std([16 / 24, 4 / 12], ddof=1))
    assert (found["n"], found["missing"]) == (3, 0)


def test_pooled_hd95_is_taken_over_all_surface_distances():
    board = leaderboard(join([counts("m", 0, "a", (96, 0, 0), 1.0), counts("m", 0, "b", (4, 0, 0), 80.0)]))
    assert entry(board, "pooled", "hd95")["mean"] == 1.0
    board = leaderboard(join([counts("m", 0, "a", (90, 0, 0), 1.0), counts("m", 0, "b", (10, 0, 0), 80.0)]))
    assert entry(board, "pooled", "hd95")["mean"] == 80.0


def test_one_fold_has_no_deviation_of_its_pooled_value():
    assert np.isnan(entry(leaderboard(counts("m", 0, "a", (8, 2, 2))), "pooled", "iou")["std"])


def test_pooling_nothing_is_missing_and_not_zero():
    found = entry(leaderboard(counts("m", 0, "a", (0, 0, 0))), "pooled", "dice")
    assert np.isnan(found["mean"])
    assert (found["n"], found["missing"]) == (0, 1)


def test_detection_is_averaged_over_folds_and_counts_slices():
    labels = np.array([0, 0, 1, 1])
    good, poor = np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.1, 0.8, 0.2, 0.9])
    parts = [detection_rows(s, labels, 0.5, RowLabels("d", "m", fold)) for fold, s in enumerate((good, poor))]
    parts.append(detection_rows(good[:2], labels[:2], 0.5, RowLabels("d", "m", 2)))
    board = leaderboard(join(parts))
    found = entry(board, "slice", "auroc")
    assert found["mean"] == pytest.approx((1 + 0.75) / 2)
    assert (found["n"], found["missing"]) == (8, 2)
    assert entry(board, "slice", "accuracy")["n"] == 10
    assert set(board["unit"]) == {"slice"}


def test_detection_and_masks_of_a_method_stand_side_by_side(table):
    extra = detection_rows(np.array([0.1, 0.9]), np.array([0, 1]), 0.5, RowLabels("d", "m", 0))
    board = leaderboard(join([table, extra, counts("m", 0, "a", (8, 2, 2))]))
    assert entry(board, "slice", "dice")["n"] == 3
    assert entry(board, "slice", "auroc")["n"] == 2
    assert entry(board, "pooled", "dice")["n"] == 1


def test_rows_come_in_one_order_whatever_order_they_went_in(tmp_path):
    parts = [
        rows(m, 0, s, s, ("subject", "hd95", i / 7), ("subject", "dice", i / 3), ("slice", "dice", i / 9, 1))
        for m in ("b", "a", "c")
        for i, s in enumerate("wxyz")
    ]
    table = join([*parts, *(counts(m, 0, "w", (3, 1, 2)) for m in "abc")])
    board = leaderboard(table, ["c", "a", "b"])
    assert board["method"].drop_duplicates().tolist() == ["c", "a", "b"]
    first = board[board["method"] == "c"]
    assert first["unit"].drop_duplicates().tolist() == ["slice", "subject", "pooled"]
    assert first.loc[first["unit"] == "subject", "metric"].tolist() == ["dice", "hd95"]
    write(board, tmp_path / "a.csv")
    write(leaderboard(table.sample(frac=1, random_state=1), ["c", "a", "b"]), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_the_file_has_six_digits_and_unix_newlines(table, tmp_path):
    table["value"] /= 3
    write(leaderboard(table), tmp_path / "leaderboard.csv")
    header, first, *_ = (tmp_path / "leaderboard.csv").read_bytes().decode().split("\n")
    assert header == ",".join(BOARD_COLUMNS)
    assert first == "d,m,any,slice,dice,0.166667,0.120185,3,1"


def test_classes_stand_apart_in_the_order_of_the_field():
    def one(name, value):
        return tabulate(RowLabels("d", "m", 0, "a", "a", name), [Score("subject", "dice", value)])

    board = leaderboard(join([one("edh", 0.1), one("any", 0.9), one("iph", 0.4)]))
    assert board["class"].tolist() == ["any", "iph", "edh"]
    assert board["mean"].tolist() == pytest.approx([0.9, 0.4, 0.1])


def test_a_method_outside_the_given_order_is_refused(table):
    with pytest.raises(TableError, match="scores of m"):
        leaderboard(table, ["other"])


def test_a_scan_given_twice_is_refused(table):
    with pytest.raises(TableError, match="twice"):
        leaderboard(pd.concat([table, table]))


def test_a_table_without_its_columns_is_refused(table):
    with pytest.raises(TableError, match="without value"):
        leaderboard(table.drop(columns="value"))
