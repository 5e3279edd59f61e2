"""Nothing but the bleed tells a bleeding subject from a healthy one."""

import numpy as np
import pytest
from scipy import ndimage

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.subject import make_subject


@pytest.fixture(scope="module", params=range(3))
def twins(request):
    """The same subject, healthy and bleeding."""
    return [make_subject(PhantomSpec(matrix=96, slice_thickness_mm=8.0, prevalence=p), request.param) for p in (0, 1)]


def test_skull_scalp_scanner_and_noise_do_not_depend_on_the_bleed(twins):
    healthy, bleeding = twins
    assert not healthy.truth.any()
    assert bleeding.truth.any()
    np.testing.assert_array_equal(healthy.brain, bleeding.brain)
    reach = np.stack([ndimage.binary_dilation(b, iterations=4) for b in healthy.brain])
    reach = ndimage.binary_dilation(reach, np.ones((3, 1, 1)))
    np.testing.assert_array_equal(healthy.hu[~reach], bleeding.hu[~reach])


def test_geometry_and_calcifications_do_not_depend_on_the_bleed(twins):
    healthy, bleeding = twins
    assert healthy.geometry.tilt == bleeding.geometry.tilt
    assert healthy.geometry.field_of_view == bleeding.geometry.field_of_view
    bright = (healthy.hu > 150) & healthy.brain
    away = ~ndimage.binary_dilation(bleeding.truth > 0, np.ones((3, 9, 9)))
    if (bright & away).any():
        assert np.mean(bleeding.hu[bright & away] > 110) > 0.9


def test_geometry_is_drawn_from_the_ranges_of_real_headers():
    from bleedmap.phantom.scanner.geometry import draw_geometry

    drawn = [draw_geometry(np.random.default_rng(seed), PhantomSpec()) for seed in range(400)]
    assert np.mean([g.tilt == 0 for g in drawn]) == pytest.approx(0.54, abs=0.08)
    assert all(g.tilt == 0 or 10 <= g.tilt <= 25 for g in drawn)
    usual = [float(np.median(g.gaps)) for g in drawn]
    assert np.mean(np.array(usual) == 5.0) == pytest.approx(0.57, abs=0.08)
    assert 2.4 < min(usual) < 4.1
    assert 6.0 < max(usual) < 7.5
    assert all(130 < g.heights[-1] < 180 for g in drawn)
    assert 0.02 < np.mean([np.ptp(g.gaps) > 1 for g in drawn]) < 0.12
    assert all(200 <= g.field_of_view <= 250 for g in drawn)


def test_what_the_config_fixes_is_not_drawn():
    from bleedmap.phantom.scanner.geometry import draw_geometry

    spec = PhantomSpec(slice_thickness_mm=4.0, gantry_tilt_degrees=-7.0, field_of_view_mm=260.0)
    for seed in range(20):
        geometry = draw_geometry(np.random.default_rng(seed), spec)
        assert set(geometry.gaps) == set(geometry.thickness) == {4.0}
        assert (geometry.tilt, geometry.field_of_view) == (-7.0, 260.0)
