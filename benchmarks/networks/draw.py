"""Masks that are drawn from heatmaps, in several ways."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from benchmarks.figures.measures import dice
from bleedmap.config.masks import DenseCrfSpec, ThresholdSpec
from bleedmap.masks.dense_crf import make_masks as crf_masks
from bleedmap.masks.mask_slices import MaskSlices
from bleedmap.masks.region import salient_region

LEAST_CONTRAST_HU = 1.0  # below, there are no two kinds of pixels to tell apart
SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)

Draw = Callable[[MaskSlices, float], NDArray[np.bool_]]


def with_heat(hu: NDArray[np.int16], brain: NDArray[np.bool_], heat: NDArray[np.float32]) -> MaskSlices:
    """Pictures and their (n, size, size) heatmaps as the package's mask methods take them."""
    return MaskSlices(hu, brain, intensity="picture", maps=heat[:, None])


def above(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the heatmap above a share of its maximum."""
    return salient_region(ThresholdSpec(threshold=share), slices)


def bright(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the brighter of two kinds of pixels inside the heatmap: a HU threshold for unknown windows."""
    masks = above(slices, share)
    for number in np.flatnonzero(masks.any(axis=(1, 2))):
        smooth = ndimage.gaussian_filter(slices.hu[number].astype(np.float32), 0.7)
        values = smooth[masks[number]]
        if np.ptp(values) > LEAST_CONTRAST_HU:
            masks[number] &= smooth > threshold_otsu(values)
    return masks


def crf(slices: MaskSlices, share: float) -> NDArray[np.bool_]:
    """(n, size, size) the package's dense CRF, with the settings of the demo."""
    spec = DenseCrfSpec(
        threshold=share,
        gt_prob=0.9,
        gaussian_compat=1,
        bilateral_sxy=20,
        bilateral_srgb=13,
        bilateral_compat=4,
        iterations=5,
    )
    return crf_masks(spec, slices, None).labels > 0


def choose_share(
    draw: Draw, slices: MaskSlices, truth: NDArray[np.bool_], shares: Iterable[float] = SHARES
) -> tuple[float, float]:
    """The share of the heatmap's maximum with the best mean Dice, and that Dice.

    Args:
        draw: makes masks.
        slices: slices with heatmaps, each of which bleeds.
        truth: (n, size, size) their bleeds.
        shares: to choose from.
    """
    means = {
        share: float(np.mean([dice(*pair) for pair in zip(draw(slices, share), truth, strict=True)]))
        for share in shares
    }
    best = max(means, key=lambda share: means[share])
    return best, means[best]
