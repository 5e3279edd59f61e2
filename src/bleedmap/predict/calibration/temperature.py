"""Temperature scaling: logits are divided by one number, chosen on validation data (Guo 2017, section 4.2)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit

BOUNDS = (0.05, 20.0)
"""Lowest and highest temperature. Beyond them the data say nothing but "all right" or "all wrong"."""
LEAST = 2.0**-24
"""Nearest that a probability comes to 0 or 1: half the spacing of float32 below 1, a logit of 16.6."""


def logits_of(probability: NDArray[np.floating]) -> NDArray[np.float64]:
    """Logits of probabilities that a float32 sigmoid may have rounded to 0 or 1; any shape."""
    return np.asarray(logit(np.clip(np.asarray(probability, dtype=np.float64), LEAST, 1 - LEAST)))


def fit_temperature(logits: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """The temperature under which the truth is likeliest.

    Args:
        logits: (n,) raw logits.
        truth: (n,) 0 or 1, NaN where unknown.

    Returns:
        The temperature; above 1 for a method that is too sure of itself. 1 where there is nothing to learn it from: one
        kind of truth alone, or no mistake at all, of which any temperature near 0 is the likeliest.
    """
    known = ~np.isnan(truth)
    raw, label = np.asarray(logits, dtype=np.float64)[known], truth[known] > 0
    if label.all() or not label.any() or ((raw > 0) == label).all():
        return 1.0
    low, high = np.log(BOUNDS)
    # in the inverse of the temperature the likelihood is convex, so that this finds the one minimum
    best = minimize_scalar(
        lambda log_temperature: nll(raw / np.exp(log_temperature), label),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(best.x))


def scaled(probability: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Probabilities at a temperature; any shape."""
    return np.asarray(expit(logits_of(probability) / temperature))


def nll(logits: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Mean negative log likelihood, nats, of (n,) truth under (n,) logits."""
    return float(np.logaddexp(0, np.where(truth, -logits, logits)).mean())
