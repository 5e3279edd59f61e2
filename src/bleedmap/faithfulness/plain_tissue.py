"""What a slice becomes where its brain is deleted, or not yet inserted. Skull and air around it stay as they are."""

import numpy as np
from numpy.typing import NDArray


def plain_tissue(images: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The whole brain at its own median: brain without a bleed, some 30 HU.

    Black, the zero of other pictures, would be CSF and air here: holes in a head, of which a classifier has seen none.
    A blurred brain, with which Petsiuk 2018 begins insertion, is bright where CSF was, and a classifier of bleeds takes
    that for one (measured: ``docs/faithfulness.md``).

    Args:
        images: (B, 2 reach + 1, H, W) HU, each slice in the middle of its neighbours.
        inside: (B, H, W) bool, the brain of the slice in the middle, not empty.

    Returns:
        The same shape; neighbours lose the same pixels, and get the same value.
    """
    middle = images[:, images.shape[1] // 2]
    medians = [np.median(image[brain]) for image, brain in zip(middle, inside, strict=True)]
    values = np.array(medians, dtype=np.float32).reshape(-1, 1, 1, 1)
    return np.where(inside[:, None], values, images)
