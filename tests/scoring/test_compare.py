import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel, wilcoxon

from bleedmap.scoring.compare import COLUMNS, METRICS, compare, holm, p_values
from bleedmap.scoring.table import RowLabels, Score, join, tabulate

PAIRS = [("new", "old"), ("other", "new")]


def table(values, metric="dice", dataset="d"):
    """Long table from {method: {subject: value}}."""
    return join(
        tabulate(RowLabels(dataset, method, 0, subject, subject), [Score("subject", metric, value)])
        for method, of in values.items()
        for subject, value in of.items()
    )


@pytest.fixture
def values():
    rng = np.random.default_rng(0)
    names = [f"p{number}" for number in range(12)]
    old = dict(zip(names, rng.uniform(0, 0.5, 12), strict=True))
    new = {name: value + rng.normal(0.2, 0.1) for name, value in old.items()}
    return {"old": old, "new": new, "other": {name: value + rng.normal(0, 0.1) for name, value in new.items()}}


def row(result, method, metric="dice"):
    return result[(result["method"] == method) & (result["metric"] == metric)].iloc[0]


def test_p_are_those_of_scipy_on_the_same_subjects(values):
    result = row(compare(table(values), PAIRS), "new")
    new, old = (list(values[name].values()) for name in ("new", "old"))
    assert result["t_p"] == pytest.approx(ttest_rel(new, old).pvalue)
    assert result["wilcoxon_p"] == pytest.approx(wilcoxon(new, old).pvalue)
    assert result["mean_difference"] == pytest.approx(np.mean(new) - np.mean(old))
    assert (result["against"], result["n"], result["missing"]) == ("old", 12, 0)


def test_subjects_are_paired_by_name_whatever_their_order(values):
    shuffled = {name: dict(sorted(of.items(), reverse=name == "new")) for name, of in values.items()}
    pd.testing.assert_frame_equal(compare(table(shuffled), PAIRS), compare(table(values), PAIRS))


def test_pairs_without_a_value_are_left_out_and_counted(values):
    values["new"]["p0"] = values["old"]["p1"] = values["old"]["p2"] = float("nan")
    values["new"]["p2"] = float("nan")
    result = row(compare(table(values), PAIRS), "new")
    kept = [f"p{number}" for number in range(3, 12)]
    assert (result["n"], result["missing"]) == (9, 3)
    assert result["t_p"] == pytest.approx(ttest_rel(*([values[m][s] for s in kept] for m in ("new", "old"))).pvalue)


def test_scans_and_folds_of_a_subject_count_once(values):
    once = compare(table(values), PAIRS)
    twice = table(values)
    apart = pd.concat(
        [twice.assign(fold=fold, value=twice["value"] + shift) for fold, shift in ((0, 0.05), (1, -0.05))],
        ignore_index=True,
    )
    pd.testing.assert_frame_equal(compare(apart, PAIRS), once)


def test_slice_scores_do_not_enter(values):
    subjects = table(values)
    slices = subjects.assign(unit="slice", slice=1, value=0.0)
    both = pd.concat([subjects, slices], ignore_index=True)
    pd.testing.assert_frame_equal(compare(both, PAIRS), compare(subjects, PAIRS))


def test_metrics_and_data_sets_are_tested_apart(values):
    better = {"old": values["old"], "new": {name: value + 1 for name, value in values["new"].items()}}
    tables = [table(values), table(better, metric="rvd"), table(values, dataset="e")]
    result = compare(pd.concat(tables, ignore_index=True), PAIRS)
    assert list(result.columns) == list(COLUMNS)
    assert result.groupby("dataset")["metric"].apply(list).to_dict() == {
        "d": ["dice", "dice", "rvd"],
        "e": ["dice", "dice"],
    }
    # one test alone needs no correction
    alone = result[result["metric"] == "rvd"].iloc[0]
    assert alone["t_holm"] == alone["t_p"]


def test_classes_are_tested_apart_and_corrected_apart(values):
    swapped = {"old": values["new"], "new": values["old"]}
    both = pd.concat([table(swapped).assign(**{"class": "edh"}), table(values)], ignore_index=True)
    result = compare(both, [("new", "old")])
    assert result["class"].tolist() == ["any", "edh"]
    assert result["mean_difference"].iloc[0] == pytest.approx(-result["mean_difference"].iloc[1])
    assert (result["t_holm"] == result["t_p"]).all()


def test_holms_correction_of_a_known_example():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])


def test_a_test_that_could_not_be_made_does_not_count():
    np.testing.assert_allclose(holm(np.array([0.02, np.nan, 0.04])), [0.04, np.nan, 0.04])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_correction_never_lowers_a_p_and_keeps_their_order(values):
    p = np.array(values)
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (corrected <= 1).all()
    assert (np.diff(corrected[np.argsort(p)]) >= 0).all()


def test_too_few_subjects_have_no_p_and_equal_methods_have_one():
    assert np.isnan(p_values(np.array([[0.1, 0.2]]))).all()
    assert p_values(np.array([[0.1, 0.1], [0.4, 0.4]])) == (1.0, 1.0)


def test_a_single_method_gives_an_empty_table_with_its_header(values):
    result = compare(table({"old": values["old"]}), [])
    assert list(result.columns) == list(COLUMNS)
    assert result.empty


def test_the_papers_metrics_are_all_tested():
    assert {"dice", "rvd", "tpr", "hd", "surface_dice"} <= set(METRICS)
