import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.config.splits import SplitSpec
from bleedmap.errors import TableError
from bleedmap.splits.deal import deal


def scans_of(bleeding, healthy, per_subject=2):
    """A scan table; of a bleeding subject, the last scan alone shows the bleed."""
    names = [f"p{number:03d}" for number in range(bleeding + healthy)]
    rows = [
        (f"{name}-{scan}", name, int(number < bleeding and scan == per_subject - 1))
        for number, name in enumerate(names)
        for scan in range(per_subject)
    ]
    return pd.DataFrame(rows, columns=["scan", "subject", "positive_slices"]).assign(scan_label=-1)


def bleeds(table, bleeding):
    return table["subject"].str[1:].astype(int) < bleeding


def counts(table, fold=0):
    return table.loc[table["fold"] == fold, "role"].value_counts().to_dict()


@given(folds=st.integers(2, 6), bleeding=st.integers(12, 25), healthy=st.integers(0, 25), seed=st.integers(0, 2**31))
def test_every_subject_has_one_role_a_fold_and_is_tested_once(folds, bleeding, healthy, seed):
    scans = scans_of(bleeding, healthy)
    table = deal(scans, SplitSpec(folds=folds), seed)
    subjects = sorted(scans["subject"].unique())
    for _, own in table.groupby("fold"):
        assert own["subject"].tolist() == subjects
        assert set(own["role"]) == {"train", "validation", "test"}
    assert sorted(table.loc[table["role"] == "test", "subject"]) == subjects


@given(
    share=st.floats(0.1, 1 / 3), bleeding=st.integers(12, 40), healthy=st.integers(0, 25), seed=st.integers(0, 2**31)
)
def test_a_validation_share_is_met_but_for_rounding_in_each_kind(share, bleeding, healthy, seed):
    table = deal(scans_of(bleeding, healthy), SplitSpec(folds=3, validation_share=share), seed)
    for fold in range(3):
        # rounded at two borders in each of two kinds
        assert abs(counts(table, fold).get("validation", 0) - share * (bleeding + healthy)) <= 2 + 1e-3


def test_a_tenth_of_five_parts_is_the_split_of_paper_001():
    table = deal(scans_of(bleeding=100, healthy=0), SplitSpec(folds=5, validation_share=0.1), seed=1)
    assert [counts(table, fold) for fold in range(5)] == [{"train": 70, "test": 20, "validation": 10}] * 5


def test_every_role_bleeds_as_often_as_the_whole():
    table = deal(scans_of(60, 40), SplitSpec(folds=5, validation_share=0.1, tune_share=0.1), seed=1)
    bleeding = table[bleeds(table, 60)]
    for fold in range(5):
        assert counts(table, fold) == {"train": 60, "test": 20, "validation": 10, "tune": 10}
        assert counts(bleeding, fold) == {"train": 36, "test": 12, "validation": 6, "tune": 6}


@given(folds=st.integers(3, 7), parts=st.integers(3, 8), bleeding=st.integers(0, 14))
def test_parts_are_of_equal_size_where_the_subjects_allow_it(folds, parts, bleeding):
    table = deal(scans_of(bleeding, folds * parts - bleeding), SplitSpec(folds=folds), seed=2)
    assert table[table["role"] == "test"].groupby("fold").size().tolist() == [parts] * folds


def test_with_three_or_more_folds_the_whole_next_part_validates():
    table = deal(scans_of(20, 10), SplitSpec(folds=5), seed=3).pivot(index="subject", columns="fold", values="role")
    for fold in range(5):
        assert ((table[fold] == "validation") == (table[(fold + 1) % 5] == "test")).all()


def test_with_two_folds_a_quarter_of_the_rest_validates():
    assert counts(deal(scans_of(20, 20), SplitSpec(folds=2), seed=3)) == {"test": 20, "train": 15, "validation": 5}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({}, {"validation": 4, "train": 36}),
        ({"test_share": 1}, {"test": 40}),
        ({"test_share": 0.5, "tune_share": 0.5}, {"test": 20, "tune": 20}),
        (
            {"test_share": 0.2, "tune_share": 0.1, "validation_share": 0.2},
            {"test": 8, "tune": 4, "validation": 8, "train": 20},
        ),
        ({"folds": 2, "tune_share": 0.5}, {"test": 20, "tune": 20}),
    ],
)
def test_subjects_are_dealt_by_the_shares(shares, expected):
    assert counts(deal(scans_of(20, 20), SplitSpec(**shares), seed=3)) == expected


def test_the_deal_depends_on_the_seed_and_neither_on_the_order_of_scans_nor_on_the_folds_that_are_run():
    scans, spec = scans_of(20, 10), SplitSpec(folds=5)
    table = deal(scans, spec, seed=3)
    pd.testing.assert_frame_equal(deal(scans[::-1], spec, seed=3), table)
    pd.testing.assert_frame_equal(deal(scans, SplitSpec(folds=5, run=(1, 2)), seed=3), table)
    assert not deal(scans, spec, seed=4).equals(table)


def moved_by_one_more(bleeding, healthy, folds, seed, *, newcomer_bleeds):
    """Subjects of each kind whose part changes when one more comes."""
    scans = scans_of(bleeding, healthy, per_subject=1)
    newcomer = pd.DataFrame([("new-0", "q999", int(newcomer_bleeds), -1)], columns=scans.columns)
    spec = SplitSpec(folds=folds)
    tables = [deal(table, spec, seed) for table in (scans, pd.concat([scans, newcomer]))]
    before, after = (table[table["role"] == "test"].set_index("subject")["fold"] for table in tables)
    moved = before.index[before != after[before.index]]
    return pd.Series(np.where(moved.str[1:].astype(int) < bleeding, "bleeding", "healthy")).value_counts()


@given(bleeding=st.integers(5, 60), folds=st.integers(3, 6), seed=st.integers(0, 2**31), newcomer_bleeds=st.booleans())
def test_one_more_subject_moves_at_most_one_at_each_border_and_nobody_of_the_other_kind(
    bleeding, folds, seed, newcomer_bleeds
):
    moved = moved_by_one_more(bleeding, 30, folds, seed, newcomer_bleeds=newcomer_bleeds)
    kind, other = ("bleeding", "healthy") if newcomer_bleeds else ("healthy", "bleeding")
    assert moved.get(kind, 0) <= folds - 1
    assert moved.get(other, 0) == 0


def test_one_more_subject_leaves_98_of_100_where_they_are():
    moved = [moved_by_one_more(60, 40, 5, seed, newcomer_bleeds=seed % 10 < 6).sum() for seed in range(40)]
    assert np.mean(moved) < 2.5


@pytest.mark.parametrize(("bleeding", "healthy"), [(2, 0), (4, 0), (2, 2), (4, 4)])
def test_too_few_subjects_for_five_folds_are_one_sentence(bleeding, healthy):
    with pytest.raises(TableError) as caught:
        deal(scans_of(bleeding, healthy), SplitSpec(folds=5), seed=0)
    assert caught.value.code == "few-subjects"
    assert "\n" not in str(caught.value)


def test_a_share_that_rounds_to_nobody_is_named():
    with pytest.raises(TableError, match="left for tune in fold 0"):
        deal(scans_of(8, 0), SplitSpec(test_share=0.5, tune_share=0.01), seed=0)


def test_a_label_of_a_scan_tells_who_bleeds_before_those_of_its_slices():
    scans = scans_of(9, 14)
    labels = scans["positive_slices"].gt(0).astype(int)
    told = deal(scans.assign(scan_label=labels, positive_slices=0), SplitSpec(), 1)
    pd.testing.assert_frame_equal(told, deal(scans, SplitSpec(), 1))
    pd.testing.assert_frame_equal(
        told, deal(scans.assign(scan_label=labels, positive_slices=1 - labels), SplitSpec(), 1)
    )
