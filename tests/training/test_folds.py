import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.config.workflow import FoldSpec
from bleedmap.errors import TableError
from bleedmap.training.folds import make_folds
from bleedmap.training.roles import roles


def scans_of(bleeding, healthy, per_subject=2):
    """A scan table; of a bleeding subject, the last scan alone shows the bleed."""
    names = [f"p{number:03d}" for number in range(bleeding + healthy)]
    rows = [
        (f"{name}-{scan}", name, int(number < bleeding and scan == per_subject - 1))
        for number, name in enumerate(names)
        for scan in range(per_subject)
    ]
    return pd.DataFrame(rows, columns=["scan", "subject", "positive_slices"])


@given(count=st.integers(3, 6), bleeding=st.integers(6, 25), healthy=st.integers(0, 25), seed=st.integers(0, 2**31 - 1))
def test_every_subject_has_one_role_a_fold_and_is_tested_once(count, bleeding, healthy, seed):
    scans = scans_of(bleeding, healthy)
    folds = make_folds(scans, FoldSpec(count=count), seed)
    assert sorted(folds["subject"]) == sorted(scans["subject"].unique())
    tested = []
    for fold in range(count):
        role = roles(scans, folds, fold, count)
        assert role.groupby(scans["subject"]).nunique().eq(1).all()
        assert set(role) == {"train", "validation", "test"}
        tested += sorted(scans.loc[role == "test", "subject"].unique())
    assert sorted(tested) == sorted(scans["subject"].unique())


@given(
    share=st.floats(0.02, 1 / 3),
    bleeding=st.integers(6, 40),
    healthy=st.integers(0, 25),
    seed=st.integers(0, 2**31 - 1),
)
def test_with_a_validation_share_no_subject_has_two_roles_and_each_is_tested_once(share, bleeding, healthy, seed):
    scans = scans_of(bleeding, healthy)
    spec = FoldSpec(count=3, validation_share=share)
    folds = make_folds(scans, spec, seed)
    tested = []
    for fold in range(3):
        role = roles(scans, folds, fold, 3)
        assert role.groupby(scans["subject"]).nunique().eq(1).all()
        tested += sorted(scans.loc[role == "test", "subject"].unique())
        # a part is a third; its rounded share is off by one half at most
        part = (folds["part"] == (fold + 1) % 3).sum()
        validating = scans.loc[role == "validation", "subject"].nunique()
        assert abs(validating - part * share * 3) <= 0.5
    assert sorted(tested) == sorted(scans["subject"].unique())


def test_a_tenth_of_five_parts_is_the_split_of_paper_001():
    scans = scans_of(bleeding=100, healthy=0)
    spec = FoldSpec(count=5, validation_share=0.1, run=(0, 1, 2))
    folds = make_folds(scans, spec, seed=1)
    tested = set()
    for fold in spec.indices:
        role = roles(scans, folds, fold, 5)
        named = {name: set(scans.loc[role == name, "subject"]) for name in ("train", "validation", "test")}
        assert {name: len(subjects) for name, subjects in named.items()} == {"train": 70, "validation": 10, "test": 20}
        assert not tested & named["test"]
        tested |= named["test"]


def test_validating_subjects_bleed_as_often_as_the_others():
    scans = scans_of(bleeding=60, healthy=40)
    folds = make_folds(scans, FoldSpec(count=5, validation_share=0.1), seed=1)
    bleeds = folds["subject"].map(scans.groupby("subject")["positive_slices"].max())
    assert folds["validates"].groupby(folds["part"]).sum().tolist() == [10] * 5
    assert bleeds[folds["validates"] == 1].groupby(folds["part"]).sum().tolist() == [6] * 5


def test_who_validates_depends_on_the_seed_and_not_on_the_order_of_scans():
    scans = scans_of(20, 10)
    spec = FoldSpec(count=5, validation_share=0.1)
    folds = make_folds(scans, spec, seed=3)
    pd.testing.assert_frame_equal(make_folds(scans[::-1], spec, seed=3), folds)
    assert not make_folds(scans, spec, seed=4).equals(folds)


def test_without_a_validation_share_the_whole_next_part_validates():
    folds = make_folds(scans_of(20, 10), FoldSpec(count=5), seed=3)
    assert list(folds.columns) == ["subject", "part"]
    whole = make_folds(scans_of(20, 10), FoldSpec(count=5, validation_share=0.2), seed=3)
    assert whole["validates"].eq(1).all()
    pd.testing.assert_frame_equal(whole[["subject", "part"]], folds)


def test_bleeding_subjects_are_dealt_in_equal_shares():
    scans = scans_of(bleeding=15, healthy=10)
    folds = make_folds(scans, FoldSpec(count=5), seed=3)
    bleeds = scans.groupby("subject")["positive_slices"].max()
    assert folds.groupby("part")["subject"].agg(lambda names: bleeds[names].sum()).tolist() == [3] * 5
    assert folds["part"].value_counts().tolist() == [5] * 5


def test_the_deal_depends_on_the_seed_and_not_on_the_order_of_scans():
    scans = scans_of(20, 10)
    folds = make_folds(scans, FoldSpec(count=5), seed=3)
    pd.testing.assert_frame_equal(make_folds(scans[::-1], FoldSpec(count=5), seed=3), folds)
    assert not make_folds(scans, FoldSpec(count=5), seed=4).equals(folds)


def test_subjects_of_another_data_set_are_all_tested():
    folds = make_folds(scans_of(6, 3), FoldSpec(count=3), seed=0)
    other = pd.DataFrame({"subject": ["x", "y"]})
    assert roles(other, folds, 1, 3).tolist() == ["test", "test"]


@pytest.mark.parametrize(("bleeding", "healthy"), [(2, 0), (4, 0), (2, 2), (4, 4)])
def test_too_few_subjects_to_deal_are_one_sentence(bleeding, healthy):
    with pytest.raises(TableError) as caught:
        make_folds(scans_of(bleeding, healthy), FoldSpec(count=5), seed=0)
    assert caught.value.code == "few-subjects"
