import numpy as np
import pandas as pd
import pytest

from bleedmap.masks.called import called_slices
from bleedmap.provenance.tables import read_table, write_table
from bleedmap.splits.roles import read_roles


@pytest.fixture
def roles(tmp_path):
    (tmp_path / "cv.csv").write_text("subject,fold,role\na,0,train\nb,0,validation\nc,0,tune\nd,0,test\nd,1,train\n")
    return read_roles(tmp_path / "cv.csv", 0)


def scores(rows):
    return pd.DataFrame(
        [["s", subject, number, kind, label, score] for subject, number, kind, label, score in rows],
        columns=["scan", "subject", "slice", "class", "label", "score"],
    )


@pytest.mark.parametrize(
    ("label", "subject", "score", "called"),
    [
        (1, "a", 0.1, True),  # a label that training may use decides
        (0, "a", 0.9, False),
        (1, "b", 0.1, True),
        (0, "b", 0.9, False),
        (1, "c", 0.1, True),
        (1, "d", 0.1, False),  # a label of a test slice is never looked at
        (0, "d", 0.9, True),
        (0, "d", 0.5, True),  # from the threshold on
        (-1, "a", 0.9, True),  # nothing known: the classifier decides
        (-1, "a", 0.1, False),
        (-1, "d", 0.9, True),
        (1, "excluded", 0.9, False),  # who is not in the split takes no part
    ],
)
def test_which_slices_may_hold_a_bleed(roles, label, subject, score, called):
    assert called_slices(scores([(subject, 0, "any", label, score)]), roles, 0.5).tolist() == [called]


def test_class_any_decides_and_slices_come_from_foot_to_head(roles):
    rows = [("d", 1, "any", -1, 0.9), ("d", 0, "any", -1, 0.1), ("d", 0, "iph", -1, 0.9), ("d", 1, "iph", -1, 0.1)]
    assert called_slices(scores(rows), roles, 0.5).tolist() == [False, True]


def test_a_score_that_is_the_operating_point_calls_its_slice_also_when_it_comes_from_a_table(roles, tmp_path):
    # nine digits of 0.1 in single precision are less than the number itself
    own = np.float32(0.1)
    write_table(scores([("d", 0, "any", -1, own)]).astype({"score": np.float32}), tmp_path / "scores.csv")
    assert called_slices(read_table(tmp_path / "scores.csv"), roles, float(own)).tolist() == [True]
