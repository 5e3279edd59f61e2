import numpy as np
import pytest

from bleedmap.errors import ScanError
from bleedmap.scoring.volume import volume_error_ml, volume_ml


def test_a_thousand_cubic_millimetres_are_a_millilitre():
    assert volume_ml(np.ones((10, 10, 10), bool), np.ones(10), 1.0) == pytest.approx(1.0)


def test_every_slice_counts_with_its_own_thickness():
    mask = np.zeros((2, 10, 10), bool)
    mask[0, :5], mask[1, :2] = True, True
    assert volume_ml(mask, np.array([5.0, 10.0]), 0.25) == pytest.approx((50 * 5 + 20 * 10) * 0.25 / 1000)


def test_the_error_has_no_sign():
    assert volume_error_ml(2.0, 5.0) == volume_error_ml(5.0, 2.0) == 3.0


def test_extents_of_another_scan_are_refused():
    with pytest.raises(ScanError, match="slice extents"):
        volume_ml(np.ones((3, 2, 2), bool), np.ones(4), 1.0)
