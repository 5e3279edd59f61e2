import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from bleedmap.volumes.geometry import Geometry

SPACING = (5.0, 0.45, 0.6)


def geometry(slices, spacing=SPACING, *, in_mm=True):
    """An even stack without tilt; spacing in mm between slices, rows and columns."""
    return Geometry.from_affine(np.diag([*(-spacing[axis] for axis in (2, 1)), spacing[0], 1.0]), slices, in_mm=in_mm)


GEOMETRY = geometry(8)


@pytest.fixture
def blobs():
    """A function from a seed to (prediction, truth), (8, 48, 40) bool, that overlap in part."""

    def make(seed):
        rng = np.random.default_rng(seed)
        shared = gaussian_filter(rng.normal(size=(8, 48, 40)), (0.7, 4, 4))
        own = [gaussian_filter(rng.normal(size=shared.shape), (0.7, 4, 4)) for _ in range(2)]
        return tuple(shared + 0.7 * noise > 0.06 for noise in own)

    return make
