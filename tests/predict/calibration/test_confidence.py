"""Margins, spread and the flag of uncertain scans."""

import numpy as np
import pytest
from scipy.special import expit, logit

from bleedmap.predict.calibration.confidence import Measured, confidence, distances, margins

SETTINGS = {"thresholds": (0.5,), "slice_temperature": 2.0, "scan_temperature": 1.0, "least_margin": 0.5}


def test_the_margin_is_the_way_to_the_operating_point_at_the_temperature():
    found = distances(expit(np.array([[3.0, -1.0], [3.0, -1.0]])), np.array(expit(1.0)), temperature=2.0)
    assert found == pytest.approx(np.array([[1.0, -1.0], [1.0, -1.0]]))
    assert margins(found) == pytest.approx([1.0, 1.0])


def test_members_that_differ_leave_the_margin_of_the_averaged_probability():
    rng = np.random.default_rng(0)
    for middle, width in ((1.0, 1.0), (2.0, 2.0), (-3.0, 1.5)):
        logits = rng.normal(middle, width, (20_000, 1))
        (margin,) = margins(logits)
        assert expit(np.sign(middle) * margin) == pytest.approx(expit(logits).mean(), abs=0.02)


def test_a_scan_is_as_likely_to_bleed_as_its_likeliest_slice():
    found = confidence(expit(np.array([[[-4.0, 2.0, 0.0], [-4.0, 1.0, 1.5]]])), **SETTINGS)
    assert found.slice_probability == pytest.approx(expit(np.array([-2.0, 1.0, 0.0])))
    assert found.scan_probability == pytest.approx(expit(2.0))
    assert found.spread == pytest.approx(abs(expit(2.0) - expit(1.5)) / np.sqrt(2))
    assert not found.is_uncertain


@pytest.mark.parametrize(
    ("plain", "mirrored", "is_uncertain"), [(0.3, 0.3, True), (3.0, 3.0, False), (3.0, -3.0, True), (-2.0, -2.5, False)]
)
def test_near_the_operating_point_or_at_odds_with_its_mirror_image_a_scan_is_uncertain(plain, mirrored, is_uncertain):
    probability = expit(np.array([[[plain, -9.0], [mirrored, -9.0]]]))
    assert confidence(probability, **SETTINGS).is_uncertain is is_uncertain


def test_folds_that_disagree_make_a_scan_uncertain_and_their_probabilities_are_averaged():
    both = SETTINGS | {"thresholds": (0.5, 0.5)}
    apart, together = (expit(np.array([[[3.0], [3.0]], [[other], [other]]])) for other in (-3.0, 2.0))
    assert confidence(apart, **both).is_uncertain
    found = confidence(together, **both)
    assert not found.is_uncertain
    assert found.scan_probability == pytest.approx((expit(3.0) + expit(2.0)) / 2)
    assert found.slice_probability == pytest.approx([(expit(1.5) + expit(1.0)) / 2])


def test_probabilities_of_a_new_scan_keep_their_order_and_calls():
    probability = np.random.default_rng(1).random(50)
    found = confidence(np.stack([probability, probability])[None], **SETTINGS | {"thresholds": (0.3,)})
    assert (np.argsort(found.slice_probability) == np.argsort(probability)).all()
    called = found.slice_probability >= expit(logit(0.3) / SETTINGS["slice_temperature"])
    assert (called == (probability >= 0.3)).all()


def test_an_error_rate_comes_with_its_interval():
    found = Measured(scans=10, errors=1)
    assert found.rate == 0.1
    # Wilson 1927, worked by hand with z = 1.96
    assert found.interval == pytest.approx((0.0179, 0.4042), abs=2e-4)
    assert (Measured(0, 0).rate, Measured(0, 0).interval) == (None, None)
