"""Where the head lies in an MR, whose signal has no unit: what is brighter than air and bone, and its outline."""

import cc3d
import fill_voids
import numpy as np
import SimpleITK as sitk  # noqa: N813
from numpy.typing import NDArray

HISTOGRAM_BINS = 128
BRIGHTEST = 99.5  # percentile beyond which values are outliers for a threshold


def tissue_threshold(signal: NDArray[np.float32]) -> float:
    """Signal above which a voxel is soft tissue or fluid: the lower one of Otsu's two thresholds.

    One threshold would part dark tissue from bright, such as white matter from fluid on T2.

    Args:
        signal: any shape, arbitrary unit, finite.
    """
    highest = np.percentile(signal, BRIGHTEST)
    otsu = sitk.OtsuMultipleThresholdsImageFilter()
    otsu.SetNumberOfThresholds(2)
    otsu.SetNumberOfHistogramBins(HISTOGRAM_BINS)
    otsu.Execute(sitk.GetImageFromArray(np.minimum(signal, highest).reshape(1, -1)))
    return float(otsu.GetThresholds()[0])


def head_outline(signal: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(slices, rows, columns) the largest connected tissue, filled slice by slice, so that bone and air cells count.

    Args:
        signal: (slices, rows, columns), arbitrary unit, finite.
    """
    tissue = signal > tissue_threshold(signal)
    largest = cc3d.largest_k(tissue, k=1, connectivity=6) > 0
    return np.stack([fill_voids.fill(slice_) for slice_ in largest])
