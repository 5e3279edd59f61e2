import pandas as pd

from bleedmap.report.choose import choose, list_test_slices
from bleedmap.splits.roles import Roles


def places(table):
    return list(zip(table["scan"], table["slice"], strict=True))


def test_only_test_scans_are_listed_and_a_scan_outside_the_split_is_none(stores, roles):
    assert sorted(set(list_test_slices(stores["slices"], roles, None)["scan"])) == ["a", "b", "c", "e"]
    others = Roles({"a": "tune", "b": "validation", "d": "test"})
    assert sorted(set(list_test_slices(stores["slices"], others, None)["scan"])) == ["d"]


def test_area_counts_true_pixels_and_is_nothing_where_nobody_has_drawn(stores, roles):
    table = list_test_slices(stores["slices"], roles, None).set_index(["scan", "slice"])
    assert table.loc[("a", 2), "area"] == 64
    assert table.loc[("e", 0), "area"] == 0


def test_rows_lead_back_into_the_stores(stores, roles):
    table = list_test_slices(stores["slices"], roles, None).set_index(["scan", "slice"])
    assert tuple(table.loc[("b", 0), ["shard", "row"]]) == (0, 3)
    assert tuple(table.loc[("e", 1), ["shard", "row"]]) == (1, 5)


def test_largest_bleeds_come_first_one_a_scan_before_any_gives_two(stores, roles):
    table = list_test_slices(stores["slices"], roles, None)
    assert places(choose(table, 4)) == [("a", 2), ("b", 0), ("e", 0), ("a", 1)]


def test_slices_that_bleed_come_before_healthy_scans_and_those_give_their_middle(stores, roles):
    table = list_test_slices(stores["slices"], roles, None)
    assert places(choose(table, 5))[4] == ("c", 1)


def test_without_truth_and_labels_the_classifier_decides(stores, roles):
    slices = {"scan": ["c", "c", "c", "e"], "slice": [0, 1, 2, 1]}
    scores = pd.concat(
        [
            pd.DataFrame({**slices, "class": "edh", "score": [0.99, 0.1, 0.1, 0.1]}),
            pd.DataFrame({**slices, "class": "any", "score": [0.1, 0.2, 0.9, 0.95]}),
        ]
    )
    table = list_test_slices(stores["slices"], roles, scores)
    unknown = table[table["scan"].isin(["c", "e"])].assign(any=-1)
    assert places(choose(unknown, 2)) == [("e", 1), ("c", 2)]


def test_order_of_rows_does_not_matter(stores, roles):
    table = list_test_slices(stores["slices"], roles, None)
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(choose(table, 9), choose(shuffled, 9))


def test_more_slices_than_there_are_is_all_of_them(stores, roles):
    table = list_test_slices(stores["slices"], roles, None)
    assert len(choose(table, 100)) == len(table)
