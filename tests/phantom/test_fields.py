import numpy as np
import pytest

from bleedmap.phantom.fields import ellipsoid, smooth_field, soft_step


def grid(step):
    return tuple(np.arange(-60, 60, step, dtype=np.float32) for _ in range(3))


def test_a_field_has_mean_zero_and_unit_spread():
    field = smooth_field(np.random.default_rng(0), grid(2.0), 5.0)
    assert abs(field.mean()) < 0.1
    assert field.std() == pytest.approx(1, abs=0.1)


def test_a_finer_grid_shows_the_same_field():
    coarse = smooth_field(np.random.default_rng(3), grid(4.0), 9.0)
    fine = smooth_field(np.random.default_rng(3), grid(2.0), 9.0)
    np.testing.assert_allclose(fine[::2, ::2, ::2], coarse, atol=1e-5)


def test_a_soft_step_is_half_at_its_edge_and_flat_beyond_its_ramp():
    values = soft_step(np.array([-2, -1, 0, 0.5, 1, 2]), 1.0)
    np.testing.assert_allclose(values, [0, 0, 0.5, 0.75, 1, 1])
    assert values.dtype == np.float32


def test_an_ellipsoid_is_one_on_its_surface():
    points = np.array([[10, 0, 0], [0, 5, 0], [0, 0, 2], [0, 0, 0]], dtype=np.float32).T
    np.testing.assert_allclose(ellipsoid(points, (0, 0, 0), (10, 5, 2)), [1, 1, 1, 0])
