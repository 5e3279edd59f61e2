"""Paper 001's preprocessing: skull and what lies outside it taken away, the rest smoothed and equalised (spec 2.4)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_fill_holes
from skimage.exposure import equalize_adapthist, equalize_hist
from skimage.measure import label
from skimage.morphology import convex_hull_image, disk
from skimage.restoration import denoise_bilateral

from bleedmap.config.enhancements import HeadEqualisedSpec
from bleedmap.constants import AIR_HU, HIGHEST_HU

GAP_SHARE = 1 / 64  # gaps of a skull up to about this share of the picture's side are bridged
CLOSED_SHARE = 0.5  # of its hull that a closed skull and its inside fill at least
LEAST_SHARE = 0.1  # of the largest part inside the skull that another one has at least


def enhance(spec: HeadEqualisedSpec, hu: NDArray[Any], brain: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Inside of the head of every slice, its grey values spread evenly; all else is air.

    Args:
        spec: filter, percentile, window.
        hu: (slices, size, size) HU.
        brain: (slices, size, size) bool; the head of a scan in which no skull closes.

    Returns:
        (slices, size, size) float32: HU of ``spec.window`` in the head, -1024 outside.
    """
    smooth = np.stack([_smoothed(spec, image) for image in np.clip(hu, AIR_HU, HIGHEST_HU)])
    skulls = np.stack([_skull(spec, image) for image in smooth])
    heads = inside_skulls(skulls) if skulls.any() else brain
    if not heads.any():
        heads = brain
    return np.stack([_equalised(spec, image, head) for image, head in zip(smooth, heads, strict=True)])


def inside_skulls(skulls: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Convex hull of every slice's skull, or of the nearest slice's whose skull closes, without the skull.

    Args:
        skulls: (slices, size, size) bool.

    Returns:
        (slices, size, size) bool; nothing where no skull closes.
    """
    hulls = [convex_hull_image(skull) if skull.any() else skull for skull in skulls]
    closed = np.flatnonzero([_is_closed(skull, hull) for skull, hull in zip(skulls, hulls, strict=True)])
    if not closed.size:
        return np.zeros_like(skulls)
    nearest = [closed[np.abs(closed - number).argmin()] for number in range(len(skulls))]
    return np.stack([_large_parts(hulls[near] & ~skull) for near, skull in zip(nearest, skulls, strict=True)])


def _smoothed(spec: HeadEqualisedSpec, image: NDArray[Any]) -> NDArray[np.float32]:
    # the filter takes no negative values, and its table of grey differences spans the range of the image
    shifted = image.astype(np.float32) - np.float32(AIR_HU)
    smooth = denoise_bilateral(
        shifted,
        sigma_color=spec.smooth_hu,
        sigma_spatial=spec.smooth_pixels,
        mode="edge",
        bins=HIGHEST_HU - AIR_HU,
    )
    return np.asarray(smooth + AIR_HU, dtype=np.float32)


def _skull(spec: HeadEqualisedSpec, smooth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(size, size) connected bone that holds most of the pixels above the percentile."""
    bone = smooth >= spec.bone_hu
    parts = label(bone, connectivity=2)
    brightest = bone & (smooth >= np.percentile(smooth, spec.percentile))
    counts = np.bincount(parts[brightest], minlength=1)
    return np.asarray((parts == counts.argmax()) & bone)


def _is_closed(skull: NDArray[np.bool_], hull: NDArray[np.bool_]) -> bool:
    """Whether a skull, its narrow gaps bridged, goes around most of its hull."""
    radius = max(1, round(GAP_SHARE * len(skull)))
    padded = np.pad(skull, radius)
    filled = binary_fill_holes(binary_closing(padded, disk(radius)))
    return bool(hull.any() and filled.sum() >= CLOSED_SHARE * hull.sum() and filled.sum() > padded.sum())


def _large_parts(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask without the parts, such as marrow and slivers under the hull, that are small beside the largest."""
    parts = label(mask, connectivity=1)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= LEAST_SHARE * sizes.max())[parts] & mask)


def _equalised(spec: HeadEqualisedSpec, smooth: NDArray[np.float32], head: NDArray[np.bool_]) -> NDArray[np.float32]:
    low = spec.window.level - spec.window.width / 2
    grey = np.clip((smooth - low) / spec.window.width, 0, 1)
    if spec.equalisation == "clahe":
        even = equalize_adapthist(np.where(head, grey, 0))
    else:
        even = equalize_hist(grey, mask=head) if head.any() else grey
    return np.where(head, low + spec.window.width * even, AIR_HU).astype(np.float32)
