"""Made heads: an egg-shaped brain in a skull of 7 mm, a scalp of 5 mm and air."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy import ndimage

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.subject import make_subject
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

HALF_AXES = (65.0, 85.0, 60.0)
FIELD_MM, HEIGHT_MM = 200.0, 136.0
MATRIX = 176


def stack(heights, pixel_mm, tilt=0.0):
    heights = np.asarray(heights, dtype=float)
    origins = np.stack([np.zeros_like(heights), tilt * heights, heights], axis=1)
    return Geometry(origins, row_step=np.array([0, pixel_mm, 0]), column_step=np.array([pixel_mm, 0, 0]))


@dataclass(frozen=True)
class MadeHead:
    """HU with noise and a point spread, the true brain, and mm outside (+) or inside (-) of it to first order."""

    hu: np.ndarray
    brain: np.ndarray
    depth: np.ndarray
    geometry: Geometry

    @property
    def volume(self):
        return CtVolume(self.hu, self.geometry)


def make_head(gap_mm=5.0, pixel_mm=1.0, bleed=None):
    """A head; ``bleed(depth, columns)`` gives HU of blood, or 0 where there is none."""
    heights = np.arange(0.0, HEIGHT_MM, gap_mm)
    size = round(FIELD_MM / pixel_mm)
    rows, columns = (np.indices((size, size)) - (size - 1) / 2) * pixel_mm
    place = (columns / HALF_AXES[0]) ** 2 + (rows / HALF_AXES[1]) ** 2
    depth = (np.sqrt(place + ((heights[:, None, None] - 65) / HALF_AXES[2]) ** 2) - 1) * min(HALF_AXES)
    hu = np.select([depth < 0, depth < 7, depth < 12], [32.0, 900.0, 30.0], -1000.0)
    if bleed is not None:
        blood = bleed(depth, columns)
        hu = np.where(blood > 0, blood, hu)
    hu = ndimage.gaussian_filter(hu, [0, 0.6 / pixel_mm, 0.6 / pixel_mm])
    hu += np.random.default_rng(0).normal(0, 4, hu.shape)
    return MadeHead(hu.astype(np.int16), depth < 0, depth, stack(heights, pixel_mm))


@pytest.fixture(scope="session")
def make():
    return make_head


@pytest.fixture(scope="session")
def head():
    return make_head()


@pytest.fixture(scope="session")
def phantoms():
    """Subject and volume by index: an epidural, a subarachnoid, a subdural and a subarachnoid with a subdural bleed."""
    found = {}
    for index in (0, 3, 6, 10):
        subject = make_subject(PhantomSpec(matrix=MATRIX), index)
        slice_mm, pixel_mm, _ = subject.spacing
        place = stack(np.arange(len(subject.hu)) * slice_mm, pixel_mm)
        found[index] = subject, CtVolume(subject.hu, place)
    return found


@pytest.fixture(scope="session")
def dice():
    return lambda one, other: 2 * np.logical_and(one, other).sum() / (np.sum(one != 0) + np.sum(other != 0))
