import pandas as pd
import pytest

from bleedmap.config.splits import SplitSpec
from bleedmap.errors import TableError
from bleedmap.splits.deal import deal
from bleedmap.splits.roles import Roles, read_roles


@pytest.fixture
def write(tmp_path):
    def written(table, name="split.csv"):
        path = tmp_path / name
        table.to_csv(path, index=False)
        return path

    return written


def rows(*rows):
    return pd.DataFrame(rows, columns=["subject", "fold", "role"])


def test_roles_are_those_of_the_fold(write):
    path = write(rows(("007", 0, "test"), ("NA", 0, "train"), ("007", 1, "train"), ("NA", 1, "validation")))
    assert read_roles(path, 0).of(["007", "NA"]).tolist() == ["test", "train"]
    assert read_roles(path, 1).of(pd.Series(["NA", "007", "NA"])).tolist() == ["validation", "train", "validation"]


def test_a_subject_that_is_not_in_the_split_takes_no_part(write):
    roles = read_roles(write(rows(("a", 0, "train"))), 0)
    assert roles.of(["b", "a"]).tolist() == ["", "train"]
    assert roles.of([]).shape == (0,)
    assert roles.tuning(["b"]).tolist() == [False]


def test_values_are_tuned_on_tune_subjects_and_on_validation_subjects_where_there_are_none():
    assert Roles({"a": "tune", "b": "validation"}).tuning(["a", "b"]).tolist() == [True, False]
    assert Roles({"a": "train", "b": "validation"}).tuning(["a", "b"]).tolist() == [False, True]


@pytest.mark.parametrize(
    "table",
    [
        rows(("a", 1, "test")),
        rows(("a", 0, "test"), ("a", 0, "train")),
        rows(("a", 0, "tested")),
    ],
)
def test_a_file_that_is_no_split_is_one_sentence(write, table):
    with pytest.raises(TableError) as caught:
        read_roles(write(table), 0)
    assert caught.value.code == "split-file"


def test_two_data_sets_with_equal_subject_numbers_keep_their_own_roles(write):
    """Train on a cohort of 001 to 100, test on another of 001 to 075: all of the second is tested."""
    numbers = [f"{number:03d}" for number in range(1, 101)]
    here = pd.DataFrame({"subject": numbers, "positive_slices": 1, "scan_label": 1})
    there = pd.DataFrame({"subject": numbers[:75], "positive_slices": 1, "scan_label": 1})
    learnt = write(deal(here, SplitSpec(), seed=1), "here.csv")
    tested = write(deal(there, SplitSpec(test_share=1), seed=1), "there.csv")
    assert set(read_roles(learnt, 0).of(numbers)) == {"train", "validation"}
    assert read_roles(tested, 0).of(numbers[:75]).tolist() == ["test"] * 75
