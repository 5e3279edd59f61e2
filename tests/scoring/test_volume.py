import numpy as np
import pytest

from bleedmap.errors import ScanError
from bleedmap.scoring.volume import known_voxel_ml, volume_error_ml, volume_ml
from bleedmap.volumes.geometry import Geometry

from .conftest import geometry


def test_a_thousand_cubic_millimetres_are_a_millilitre():
    assert volume_ml(np.ones((10, 10, 10), bool), known_voxel_ml(geometry(10, (1, 1, 1)))) == pytest.approx(1.0)


def test_every_slice_counts_with_its_own_thickness():
    # gaps of 4 and 10 mm: the slices stand for 4, 7 and 10 mm
    origins = np.array([[0, 0, 0], [0, 0, 4], [0, 0, 14]], dtype=np.float64)
    uneven = Geometry(origins, row_step=np.array([0, 0.5, 0]), column_step=np.array([0.5, 0, 0]))
    mask = np.zeros((3, 10, 10), bool)
    mask[0, :5], mask[1, :2], mask[2, 0, 0] = True, True, True
    assert volume_ml(mask, known_voxel_ml(uneven)) == pytest.approx((50 * 4 + 20 * 7 + 1 * 10) * 0.25 / 1000)


def test_without_mm_or_with_one_slice_alone_there_is_no_volume():
    assert known_voxel_ml(geometry(3, (1, 1, 1), in_mm=False)) is None
    assert known_voxel_ml(geometry(1)) is None


def test_the_error_has_no_sign():
    assert volume_error_ml(2.0, 5.0) == volume_error_ml(5.0, 2.0) == 3.0


def test_voxels_of_another_scan_are_refused():
    with pytest.raises(ScanError, match="voxel volumes"):
        volume_ml(np.ones((3, 2, 2), bool), known_voxel_ml(geometry(4)))
