import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.errors import TableError
from bleedmap.scoring.detection import detection, detection_rows
from bleedmap.scoring.table import RowLabels

SCORES = np.array([0.1, 0.4, 0.35, 0.8, 0.9, 0.6])
LABELS = np.array([0, 0, 1, 1, 1, 0])


def test_six_slices_by_hand():
    # called: 0.8, 0.9 (bleeds), 0.6 (none); missed: 0.35
    found = detection(SCORES, LABELS, threshold=0.5)
    expected = {name: 2 / 3 for name in ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1")}
    # of nine pairs of a bleed and none, 0.35 loses to 0.4 and 0.6
    assert found == pytest.approx(expected | {"auroc": 7 / 9})


def test_auroc_changes_when_only_ranks_change():
    # the same calls at 0.5, so all other metrics stay (spec 6.3 no. 10)
    swapped = np.array([0.1, 0.3, 0.35, 0.8, 0.9, 0.6])
    before, after = detection(SCORES, LABELS, 0.5), detection(swapped, LABELS, 0.5)
    assert after.pop("auroc") == pytest.approx(8 / 9)
    assert before.pop("auroc") == pytest.approx(7 / 9)
    assert before == after


@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_auroc_does_not_change_when_ranks_do_not(scale, shift):
    assert detection(SCORES * scale + shift, LABELS, 0.5)["auroc"] == pytest.approx(7 / 9)


def test_a_score_at_the_threshold_is_a_positive():
    assert detection(np.array([0.5]), np.array([1]), 0.5)["recall"] == 1


def test_one_class_has_no_auroc():
    assert np.isnan(detection(SCORES, np.ones(6, int), 0.5)["auroc"])
    assert np.isnan(detection(SCORES, np.zeros(6, int), 0.5)["recall"])


def test_calling_nothing_a_bleed_has_no_precision_to_boast_of():
    found = detection(SCORES, LABELS, threshold=2.0)
    assert (found["precision"], found["recall"], found["f1"], found["specificity"]) == (0, 0, 0, 1)


def test_unknown_labels_are_left_out():
    scores, labels = np.append(SCORES, 0.99), np.append(LABELS, -1)
    assert detection(scores, labels, 0.5) == detection(SCORES, LABELS, 0.5)


def test_no_slices_have_no_scores():
    assert all(np.isnan(value) for value in detection(np.empty(0), np.empty(0, int), 0.5).values())


def test_without_a_threshold_there_is_auroc_alone():
    assert detection(SCORES, LABELS, None) == pytest.approx({"auroc": 7 / 9})


def test_scores_that_are_not_numbers_are_refused():
    with pytest.raises(TableError, match="finite"):
        detection(np.array([0.1, np.nan]), np.array([0, 1]), 0.5)


def test_detection_rows_fit_the_long_table():
    table = detection_rows(SCORES, LABELS, 0.5, RowLabels("phantom", "m", 2))
    values = table[table["unit"] == "slice"]
    assert set(values["metric"]) == {
        *("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "auroc"),
    }
    assert values["slice"].isna().all()
    assert table.loc[table["unit"] == "count", "value"].tolist() == [6]
