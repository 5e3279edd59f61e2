import pandas as pd

from bleedmap.report.choose import choose, list_test_slices


def places(table):
    return list(zip(table["scan"], table["slice"], strict=True))


def test_only_test_scans_are_listed_and_a_scan_of_another_data_set_is_one(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None)
    assert sorted(set(table["scan"])) == ["a", "b", "c", "e"]  # d is in another part
    assert sorted(set(list_test_slices(stores["slices"], folds, 1, 3, None)["scan"])) == ["d", "e"]


def test_area_counts_true_pixels_and_is_nothing_where_nobody_has_drawn(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None).set_index(["scan", "slice"])
    assert table.loc[("a", 2), "area"] == 64
    assert table.loc[("e", 0), "area"] == 0


def test_rows_lead_back_into_the_stores(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None).set_index(["scan", "slice"])
    assert tuple(table.loc[("b", 0), ["shard", "row"]]) == (0, 3)
    assert tuple(table.loc[("e", 1), ["shard", "row"]]) == (1, 5)


def test_largest_bleeds_come_first_one_a_scan_before_any_gives_two(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None)
    assert places(choose(table, 4)) == [("a", 2), ("b", 0), ("e", 0), ("a", 1)]


def test_slices_that_bleed_come_before_healthy_scans_and_those_give_their_middle(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None)
    assert places(choose(table, 5))[4] == ("c", 1)


def test_without_truth_and_labels_the_classifier_decides(stores, folds):
    scores = pd.DataFrame({"scan": ["c", "c", "c", "e"], "slice": [0, 1, 2, 1], "score": [0.1, 0.2, 0.9, 0.95]})
    table = list_test_slices(stores["slices"], folds, 0, 3, scores)
    unknown = table[table["scan"].isin(["c", "e"])].assign(label=-1)
    assert places(choose(unknown, 2)) == [("e", 1), ("c", 2)]


def test_order_of_rows_does_not_matter(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None)
    shuffled = table.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(choose(table, 9), choose(shuffled, 9))


def test_more_slices_than_there_are_is_all_of_them(stores, folds):
    table = list_test_slices(stores["slices"], folds, 0, 3, None)
    assert len(choose(table, 100)) == len(table)
