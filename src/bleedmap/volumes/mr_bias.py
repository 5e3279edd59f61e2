"""The shading that the coils of an MR scanner leave over a head, estimated and divided out."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

from bleedmap.volumes.mr_head import tissue_threshold

WORK_MM = 4.0
LEAST_VOXELS = 8  # along a side of the shrunk scan, and of it as a whole squared
ITERATIONS = (50, 50, 50)


def without_shading(signal: NDArray[np.float32], spacing: tuple[float, float, float]) -> NDArray[np.float32]:
    """N4 bias field correction (Tustison 2010), fitted at about 4 mm a voxel and divided out at full resolution.

    It runs on one thread, so that the same scan gives the same bytes everywhere. A scan with next to no tissue, or of
    one slice, is returned as it is.

    Args:
        signal: (slices, rows, columns), arbitrary unit, finite; what is not above 0 stays as it is.
        spacing: mm between (slices, rows, columns); the usual gap where gaps differ.
    """
    image = sitk.GetImageFromArray(signal)
    image.SetSpacing(spacing[::-1])
    shrunk = sitk.BinShrink(image, _factors(image))
    values = sitk.GetArrayFromImage(shrunk)
    tissue = values > max(tissue_threshold(values), 0.0)
    if len(signal) == 1 or tissue.sum() < LEAST_VOXELS**2:
        return signal
    mask = sitk.GetImageFromArray(tissue.astype(np.uint8))
    mask.CopyInformation(shrunk)
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(ITERATIONS)
    with _one_thread():
        n4.Execute(shrunk, mask)
    even: NDArray[np.float32] = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image))
    np.divide(signal, np.exp(even, out=even), out=even)
    return np.where(signal > 0, even, signal)


@contextmanager
def _one_thread() -> Iterator[None]:
    """N4 adds up in as many parts as SimpleITK has threads, those of the filters inside of it by the global default."""
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def _factors(image: sitk.Image) -> list[int]:
    """How many voxels become one along each side."""
    sides = zip(image.GetSize(), image.GetSpacing(), strict=True)
    return [max(1, min(round(WORK_MM / mm), count // LEAST_VOXELS)) for count, mm in sides]
