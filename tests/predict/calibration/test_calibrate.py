"""Calibration from the tables of a run."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from bleedmap.classifiers.classify_scan import classify_scan
from bleedmap.errors import TableError
from bleedmap.predict.calibration.calibrate import Calibration, Fold, calibrate
from bleedmap.predict.calibration.mirrored import classify_mirrored, mirrored_scores
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles, read_roles

SCANS, SLICES = 40, 20
ROLES = Roles({f"p{number:02d}": "validation" for number in range(SCANS)} | {"t": "test", "u": "train"})


def scores_of(logits, labels, subjects=None, class_name="any"):
    """A table as ``classify`` writes it, of (scans, slices) logits and labels."""
    subjects = subjects or [f"p{number:02d}" for number in range(len(logits))]
    return pd.DataFrame(
        [
            (f"s-{subject}", subject, number, class_name, int(label), float(expit(logit)))
            for subject, row, told in zip(subjects, logits, labels, strict=True)
            for number, (logit, label) in enumerate(zip(row, told, strict=True))
        ],
        columns=["scan", "subject", "slice", "class", "label", "score"],
    )


def mirror(scores, logits=None):
    table = scores[["scan", "slice", "class", "score"]].copy()
    return table if logits is None else table.assign(score=expit(np.ravel(logits)))


@pytest.fixture(scope="module")
def run():
    """Validation scans whose classifier is too sure of itself by a factor of 2.5, and its true logits and labels."""
    rng = np.random.default_rng(5)
    logits = rng.normal(-2, 2, (SCANS, SLICES))
    labels = rng.random(logits.shape) < expit(logits)
    labels[::4] = False
    return 2.5 * logits, labels


def test_the_temperature_of_an_oversure_classifier_is_found_and_helps(run):
    scores = scores_of(*run)
    found = calibrate([Fold(scores, mirror(scores), ROLES, 0.5)])
    assert found.temperatures["any"] == pytest.approx(2.5, rel=0.25)
    assert found.slices == SCANS * SLICES
    assert found.nll[1] < found.nll[0]
    assert found.calibration_error[1] < found.calibration_error[0]


def test_subjects_of_other_roles_change_nothing(run):
    scores = scores_of(*run)
    foreign = scores_of([[9.0] * SLICES] * 2, [[0] * SLICES] * 2, subjects=["t", "u"])
    stranger = foreign.assign(subject="nobody", scan="s-nobody").iloc[:SLICES]
    both = pd.concat([foreign, scores, stranger], ignore_index=True)
    assert calibrate([Fold(both, mirror(both), ROLES, 0.5)]) == calibrate([Fold(scores, mirror(scores), ROLES, 0.5)])


def test_every_class_has_its_own_temperature_and_unknown_labels_none(run):
    logits, labels = run
    unsure = scores_of(0.4 * logits, labels, class_name="iph")
    unknown = scores_of(logits, np.full(labels.shape, -1), class_name="edh")
    scores = pd.concat([scores_of(logits, labels), unsure, unknown], ignore_index=True)
    found = calibrate([Fold(scores, mirror(scores), ROLES, 0.5)]).temperatures
    assert found["iph"] == pytest.approx(0.4 * found["any"], rel=1e-3)
    assert found["edh"] == 1.0


def test_errors_are_counted_on_both_sides_of_the_margin():
    # ten scans of one slice, 1 to 10 logits from the operating point; the call is wrong in the nearest and the farthest
    logits = np.arange(1.0, 11.0)[:, None]
    labels = np.ones(logits.shape)
    labels[[0, 9]] = 0
    scores = scores_of(logits, labels)
    found = calibrate([Fold(scores, mirror(scores), ROLES, 0.5)])
    assert (found.uncertain.scans, found.uncertain.errors) == (2, 1)
    assert (found.certain.scans, found.certain.errors) == (8, 1)


def test_a_scan_at_odds_with_its_mirror_image_is_among_the_uncertain():
    logits = np.full((10, 1), 3.0)
    labels = np.ones(logits.shape)
    labels[4] = 0
    scores = scores_of(logits, labels)
    other = logits.copy()
    other[4] = -3.0
    found = calibrate([Fold(scores, mirror(scores, other), ROLES, 0.5)])
    assert found.of_scan(expit(np.array([[[3.0], [-3.0]]]))).is_uncertain
    assert found.uncertain.errors == 1
    assert found.certain.errors == 0


def test_a_scan_with_an_unlabelled_slice_counts_if_another_bleeds():
    logits = np.array([[2.0, 2.0], [-2.0, -2.0], [2.0, -2.0], [-2.0, 2.0]])
    labels = np.array([[1, -1], [0, -1], [0, 0], [1, 0]])
    scores = scores_of(logits, labels)
    found = calibrate([Fold(scores, mirror(scores), ROLES, 0.5)])
    assert found.uncertain.scans + found.certain.scans == 3
    assert found.slices == 6


def test_folds_are_pooled_each_with_its_own_threshold_and_validation_subjects():
    # ten scans of one slice validate, half of them in either fold, whose classifiers differ by 4 logits
    logits, labels = np.arange(-4.5, 5.0)[:, None], np.arange(10)[:, None] >= 5
    role = [
        Roles({f"p{number:02d}": "validation" if number % 2 == part else "train" for number in range(10)})
        for part in (0, 1)
    ]
    folds = [
        Fold(scores, mirror(scores), roles, float(expit(shift)))
        for roles, shift in zip(role, (0.0, 4.0), strict=True)
        for scores in [scores_of(logits + shift, labels)]
    ]
    found = calibrate(folds)
    assert found.thresholds == pytest.approx((0.5, expit(4.0)))
    assert (found.uncertain.scans, found.uncertain.errors, found.certain.scans, found.certain.errors) == (2, 0, 8, 0)
    near, far = (np.array([[[at], [at]], [[at + 4], [at + 4]]]) for at in (0.3, 2.0))
    assert found.of_scan(expit(near)).is_uncertain
    assert not found.of_scan(expit(far)).is_uncertain


def test_without_validation_scans_it_is_refused(run):
    scores = scores_of(*run)
    with pytest.raises(TableError, match="no-validation"):
        calibrate([Fold(scores, mirror(scores), Roles({"p00": "train"}), 0.5)])


def test_json_holds_all_of_it_and_nothing_else_is_taken_for_it(run):
    scores = scores_of(*run)
    found = calibrate([Fold(scores, mirror(scores), ROLES, 0.5)])
    assert Calibration.from_json(found.to_json()) == found
    for text in ("", "{}", found.to_json().replace('"thresholds"', '"tresholds"')):
        with pytest.raises(TableError, match="calibration"):
            Calibration.from_json(text)


def test_mirror_images_of_validation_slices_are_classified_and_no_others(slice_store, split, classifier):
    roles = read_roles(split, 0)
    table = mirrored_scores(classifier, [slice_store], roles)
    assert table["scan"].unique().tolist() == ["s2", "s3"]
    with SliceStore(slice_store) as store:
        for name, rows in store.scans():
            hu = store.rows("hu", rows)
            own = table.loc[table["scan"] == name, "score"]
            if len(own):
                turned = np.stack([np.fliplr(plane) for plane in hu])
                np.testing.assert_allclose(own, classify_scan(classifier, turned)[:, 0], rtol=1e-6)
                np.testing.assert_allclose(own, classify_mirrored(classifier, hu)[:, 0], rtol=1e-6)
