"""The window of a picture is told by its own greys."""

import numpy as np
import pytest
from scipy import ndimage

from bleedmap.volumes.display_window import landmarks, window_of

WINDOWS = [(40, 80), (35, 60), (40, 120), (50, 150), (80, 200), (40, 380), (60, 400)]


def head():
    """HU of a slice with ventricles, grey matter about white, a clot, a skull, a scalp and noise; and its brain."""
    rows, columns = np.indices((180, 150)) - np.array([89.5, 74.5])[:, None, None]
    depth = (np.hypot(columns / 56, rows / 72) - 1) * 62
    hu = np.select([depth < -9, depth < 0, depth < 7, depth < 12], [28.0, 35.0, 900.0, 40.0], -1000.0)
    hu[(np.abs(np.abs(columns) - 9) < 6) & (np.abs(rows) < 22)] = 8
    hu[np.hypot(columns - 32, rows + 20) < 9] = 65
    hu = ndimage.gaussian_filter(hu, 0.7) + np.random.default_rng(0).normal(0, 4, hu.shape)
    return hu, depth < 0


def shown(hu, window):
    level, width = window
    return np.rint(np.clip((hu - level) / width + 0.5, 0, 1) * 255) / 255


@pytest.mark.parametrize("window", WINDOWS)
def test_level_and_width_are_those_that_the_picture_was_made_with(window):
    hu, brain = head()
    for values in (hu, np.where(brain, hu, -1024)):
        marks = landmarks(shown(values, window))
        level, width = window_of(marks)
        assert marks.sees_brain
        assert marks.sees_fluid
        assert width == pytest.approx(window[1], rel=0.3)
        # what is estimated has to give brain its HU; the level is then as far out as the width lets it be
        assert level + (marks.brain - 0.5) * width == pytest.approx(31)
        assert abs(level - window[0]) < 3 + 0.3 * abs(window[0] - 31)


def test_unit_and_origin_of_the_values_do_not_matter():
    grey = shown(head()[0], (40, 80))
    here, there = landmarks(grey), landmarks(grey * 4000 - 1000)
    assert there.brain == pytest.approx(here.brain * 4000 - 1000)
    assert window_of(there, -1000, 3000) == pytest.approx(window_of(here))


@pytest.mark.parametrize("values", [np.zeros((40, 40)), np.ones((40, 40))], ids=["black", "white"])
def test_where_nothing_is_grey_nothing_is_told(values):
    assert landmarks(values) is None
