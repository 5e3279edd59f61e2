import numpy as np
import pytest

from bleedmap.datasets.one_series import choose_series
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry


def series(noise, gap, slices):
    """A head of 35 HU with noise of a standard deviation in HU."""
    hu = np.random.default_rng(0).normal(35, noise, (slices, 30, 30))
    hu[:, :4] = -1000
    return CtVolume(hu.astype(np.int16), Geometry.from_affine(np.diag([0.5, 0.5, gap, 1]), slices))


SOFT, BONE, THIN = series(3, 5, 28), series(20, 5, 28), series(9, 0.625, 200)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_smooth_series_of_5_mm_is_kept(order):
    study = [(SOFT, BONE, THIN)[index] for index in order]
    assert study[choose_series(study)] is SOFT


def test_a_thin_smooth_series_is_kept_rather_than_a_sharp_one_of_5_mm():
    assert choose_series([BONE, THIN]) == 1


def test_of_equal_gaps_the_longest_is_kept_and_of_equal_lengths_the_first():
    assert choose_series([series(3, 5, 20), SOFT, series(3, 5, 28)]) == 1


def test_series_without_soft_tissue_can_be_ranked():
    empty = CtVolume(np.full((4, 9, 9), -1000, dtype=np.int16), SOFT.geometry.from_affine(np.eye(4), 4))
    assert choose_series([empty, SOFT]) == 1
    assert choose_series([empty]) == 0
