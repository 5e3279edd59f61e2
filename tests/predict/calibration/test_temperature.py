"""Temperatures and errors of which the answer is known."""

import numpy as np
import pytest
from scipy.special import expit

from bleedmap.predict.calibration.error import expected_calibration_error
from bleedmap.predict.calibration.temperature import BOUNDS, fit_temperature, logits_of, nll, scaled


@pytest.fixture(scope="module")
def true_logits():
    """Logits whose probabilities are kept, and what came of them."""
    rng = np.random.default_rng(3)
    logits = rng.normal(-1, 2, 40_000)
    return logits, (rng.random(len(logits)) < expit(logits)).astype(float)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5, 8.0])
def test_logits_scaled_by_a_temperature_give_it_back(true_logits, temperature):
    logits, truth = true_logits
    assert fit_temperature(logits * temperature, truth) == pytest.approx(temperature, rel=0.03)


def test_it_is_the_likeliest_temperature(true_logits):
    logits, truth = true_logits[0][:500] * 3, true_logits[1][:500]
    found = fit_temperature(logits, truth)
    of = {share: nll(logits / (found * share), truth > 0) for share in (0.99, 1.0, 1.01)}
    assert of[1.0] < min(of[0.99], of[1.01])


def test_unknown_truth_counts_for_nothing(true_logits):
    logits, truth = true_logits[0][:500], true_logits[1][:500]
    more = np.concatenate([logits, [50.0, -50.0]]), np.concatenate([truth, [np.nan, np.nan]])
    assert fit_temperature(*more) == fit_temperature(logits, truth)


@pytest.mark.parametrize("truth", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]])
def test_where_nothing_can_be_learnt_nothing_is_changed(truth):
    assert fit_temperature(np.array([-2.0, -1.0, 1.0, 2.0]), np.array(truth, dtype=float)) == 1.0


def test_a_method_worse_than_chance_is_made_as_unsure_as_can_be():
    worse = fit_temperature(np.array([-5.0, 5.0, -4.0, 4.0]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert worse == pytest.approx(BOUNDS[1], rel=1e-3)


def test_a_probability_that_was_rounded_to_0_or_1_has_a_logit():
    assert logits_of(np.array([0.0, 0.5, 1.0])) == pytest.approx([-16.6355, 0, 16.6355], abs=1e-3)
    assert scaled(np.array([0.0, 1.0]), 2.0) == pytest.approx([2.4e-4, 1 - 2.4e-4], abs=1e-5)


def test_the_calibration_error_weighs_bins_by_what_is_in_them():
    # two at 0.1, one of them positive: 0.4 off; six at 0.9, all positive: 0.1 off
    probability, truth = np.array([0.1] * 2 + [0.9] * 6), np.array([True, False] + [True] * 6)
    assert expected_calibration_error(probability, truth) == pytest.approx((2 * 0.4 + 6 * 0.1) / 8)
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0


def test_true_probabilities_have_next_to_no_calibration_error(true_logits):
    logits, truth = true_logits
    assert expected_calibration_error(expit(logits), truth > 0) < 0.01
    assert expected_calibration_error(expit(3 * logits), truth > 0) > 0.05
