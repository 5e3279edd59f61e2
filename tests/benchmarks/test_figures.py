"""Figures of benchmarks, on data whose figures are known."""

import numpy as np
import pytest


def test_noise_of_known_spread_is_found():
    from benchmarks.figures.looks import noise_spectrum

    hu = np.random.default_rng(0).normal(30, 5, (2, 128, 128)).round().astype(np.int16)
    frequency, power, spread = noise_spectrum(hu, np.ones(hu.shape, dtype=bool), 0.5)
    assert spread == pytest.approx(5, rel=0.1)
    # white noise has the same power at all frequencies: its variance times the area of a pixel
    np.testing.assert_allclose(power[3:], 25 * 0.25, rtol=0.3)
    assert frequency[-1] == pytest.approx(1.0)


def test_an_edge_of_known_width_is_found():
    from scipy import ndimage

    from benchmarks.figures.looks import edge_spread

    rows, columns = np.mgrid[:256, :256] - 127.5
    radius = np.hypot(rows, columns)
    image = ndimage.gaussian_filter(np.where((radius > 90) & (radius < 110), 1000.0, 35.0), 1.5)
    _, rise_mm = edge_spread(image[None].astype(np.int16), (radius < 90)[None], 0.5)
    # a Gaussian rises from 10 to 50 % in 1.2816 of its standard deviations
    assert np.median(rise_mm) == pytest.approx(1.2816 * 1.5 * 0.5, rel=0.15)


def test_auroc_counts_pairs_and_half_of_ties():
    from benchmarks.figures.measures import auroc_interval

    scores, labels = np.array([0.0, 1.0, 1.0, 2.0]), np.array([0, 0, 1, 1])
    auroc, low, high = auroc_interval(scores, labels, np.arange(4))
    assert auroc == pytest.approx(3.5 / 4)
    assert 0 <= low <= auroc <= high <= 1


def test_slices_that_look_alike_are_drawn_together():
    from benchmarks.figures.measures import auroc_interval

    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    scores = labels + rng.normal(0, 1.5, 40)
    alone, alike = (
        auroc_interval(np.repeat(scores, 5), np.repeat(labels, 5), groups)
        for groups in (np.arange(200), np.arange(200) // 5)
    )
    assert alone[0] == pytest.approx(alike[0])
    assert alike[2] - alike[1] > 1.5 * (alone[2] - alone[1])
