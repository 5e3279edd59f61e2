"""What a slice becomes where its brain is deleted, or not yet inserted. Skull and air around it stay as they are."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

NEGLIGIBLE = 1e-6  # keeps 0 / 0 away from where there is no brain


def plain_tissue(images: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The whole brain at its own median: brain without a bleed, some 30 HU.

    Black, the zero of other pictures, would be CSF and air here: holes in a head, of which a classifier has seen none.

    Args:
        images: (B, 2 reach + 1, H, W) HU, each slice in the middle of its neighbours.
        inside: (B, H, W) bool, the brain of the slice in the middle, not empty.

    Returns:
        The same shape; neighbours lose the same pixels, and get the same value.
    """
    middle = images[:, images.shape[1] // 2]
    medians = [np.median(slice_[brain]) for slice_, brain in zip(middle, inside, strict=True)]
    values = np.array(medians, dtype=np.float32).reshape(-1, 1, 1, 1)
    return np.where(inside[:, None], values, images)


def blurred_tissue(images: NDArray[np.float32], inside: NDArray[np.bool_], share: float) -> NDArray[np.float32]:
    """The brain without its detail: a Gaussian mean over the brain alone.

    Bone takes no part: blurred into the brain it would lie along the skull like a bleed.

    Args:
        images: (B, 2 reach + 1, H, W) HU.
        inside: (B, H, W) bool, the brain of the slice in the middle.
        share: standard deviation of the Gaussian, as a share of W.

    Returns:
        The same shape.
    """
    deviation = (0, 0, share * images.shape[-1], share * images.shape[-1])
    weights = inside[:, None].astype(np.float32)
    sums, total = (gaussian_filter(part, deviation, mode="constant") for part in (images * weights, weights))
    return np.where(inside[:, None], sums / np.maximum(total, NEGLIGIBLE), images)
