from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from bleedmap.errors import TableError
from bleedmap.scoring.score_detection import score_detection
from bleedmap.scoring.table import COLUMNS, RowLabels
from bleedmap.splits.roles import Roles

ROW = RowLabels("d", "m", 1)


@dataclass(frozen=True)
class Points:
    """Operating points as a validation may leave them: subtypes without both labels have none."""

    thresholds: dict

    def threshold(self, class_name):
        return self.thresholds.get(class_name)


@pytest.fixture
def scores():
    """Four test slices, one of a train subject and one of a subject outside the split; any, sdh and edh."""
    subjects = ["a", "a", "b", "b", "t", "x"]
    table = pd.DataFrame({"scan": subjects, "subject": subjects, "slice": [0, 1, 0, 1, 0, 0]})
    found = {
        "any": ([0, 1, 1, 0, 1, 1], [0.1, 0.9, 0.4, 0.6, 0.0, 0.0]),
        "sdh": ([0, 1, 0, -1, 1, 1], [0.2, 0.3, 0.1, 0.9, 0.0, 0.0]),
        "edh": ([-1, -1, -1, -1, 1, 0], [0.2, 0.3, 0.1, 0.9, 0.0, 0.0]),
    }
    return pd.concat(
        [table.assign(**{"class": name, "label": label, "score": score}) for name, (label, score) in found.items()],
        ignore_index=True,
    )


ROLES = Roles({"a": "test", "b": "test", "t": "train"})


def values(table, class_name):
    rows = table[(table["class"] == class_name) & (table["unit"] == "slice")]
    return rows.set_index("metric")["value"].to_dict()


def test_each_class_has_its_own_operating_point(scores):
    table = score_detection(scores, Points({"any": 0.5, "sdh": 0.25}), ROLES, ROW)
    assert tuple(table.columns) == COLUMNS
    assert values(table, "any")["auroc"] == 3 / 4
    assert values(table, "any")["accuracy"] == 2 / 4
    assert values(table, "sdh") == {
        name: 1 for name in ("auroc", "accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1")
    }


def test_a_class_without_operating_point_has_auroc_alone(scores):
    assert values(score_detection(scores, Points({"any": 0.5}), ROLES, ROW), "sdh") == {"auroc": 1}


def test_only_labelled_slices_of_test_subjects_count(scores):
    table = score_detection(scores, Points({}), ROLES, ROW)
    slices = table[table["metric"] == "detection_slices"].set_index("class")["value"]
    assert slices.to_dict() == {"any": 4, "sdh": 3}  # nobody has labelled edh


def test_a_fold_without_test_subjects_gives_an_empty_table(scores):
    assert score_detection(scores, Points({"any": 0.5}), Roles({}), ROW).empty


def test_scores_that_are_not_finite_are_refused(scores):
    scores.loc[0, "score"] = np.nan
    with pytest.raises(TableError, match="finite"):
        score_detection(scores, Points({}), ROLES, ROW)
