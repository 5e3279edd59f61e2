"""Pixels of about a millimetre, on which skulls are searched, and the way back to a scan's own pixels."""

import math
from typing import Any

import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.config.brain import SkullSpec
from bleedmap.volumes.ct_volume import CtVolume

WORK_PIXEL_MM = 1.0
EDGE_MM = 1.0


def shrink_factor(pixel_mm: tuple[float, float]) -> int:
    """How many of a scan's own pixels make the side of a work pixel, from mm between rows and columns."""
    return max(1, round(WORK_PIXEL_MM / min(pixel_mm)))


def shrunk(hu: NDArray[Any], factor: int) -> NDArray[np.float32]:
    """Mean of blocks of factor x factor pixels; the picture is widened with its edge to whole blocks.

    Args:
        hu: (slices, rows, columns).
        factor: side of a block, pixels.
    """
    slices, rows, columns = hu.shape
    padded = np.pad(hu, ((0, 0), (0, -rows % factor), (0, -columns % factor)), mode="edge")
    blocks = padded.reshape(slices, padded.shape[1] // factor, factor, padded.shape[2] // factor, factor)
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32))


def enlarged(mask: NDArray[np.bool_], factor: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """A (rows, columns) mask of work pixels on the scan's own pixels, ``shape`` of them."""
    return mask.repeat(factor, axis=0).repeat(factor, axis=1)[: shape[0], : shape[1]]


def up_to_bone(spec: SkullSpec, inside: NDArray[np.bool_], volume: CtVolume, factor: int) -> NDArray[np.uint8]:
    """A mask of work pixels, taken up to the bone on the scan's own pixels; it is never eroded.

    Args:
        spec: HU of bone and of the mask's edge.
        inside: (slices, rows, columns) work pixels inside the skull.
        volume: a scan in mm.
        factor: side of a work pixel in the scan's own pixels.

    Returns:
        (slices, rows, columns) uint8, 1 inside, every slice without holes.
    """
    edge_pixels = math.ceil(EDGE_MM / min(volume.geometry.spacing[1:]))
    edge_hu = max(spec.edge_hu, spec.bone_hu)
    return np.stack(
        [
            at_full_size(mask, hu, factor, bone_hu=spec.bone_hu, edge_hu=edge_hu, edge_pixels=edge_pixels)
            for mask, hu in zip(inside, volume.hu, strict=True)
        ]
    )


def at_full_size(
    inside: NDArray[np.bool_],
    hu: NDArray[np.int16],
    factor: int,
    *,
    bone_hu: float,
    edge_hu: float,
    edge_pixels: int = 1,
    blood: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """One slice of a mask, taken up to the bone on the scan's own pixels; it is never eroded.

    Args:
        inside: (rows, columns) work pixels inside the skull.
        hu: (rows, columns) the scan's own slice.
        factor: side of a work pixel in the scan's own pixels.
        bone_hu: highest HU of the mask.
        edge_hu: highest HU of its outermost pixels, which the bone beside them brightens.
        edge_pixels: how many those are.
        blood: (rows, columns) work pixels that are kept however bright.

    Returns:
        (rows, columns) uint8, 1 inside, holes filled.
    """
    if not inside.any():
        return np.zeros(hu.shape, dtype=np.uint8)
    mask = enlarged(ndimage.binary_dilation(inside), factor, hu.shape) & (hu <= bone_hu)
    if blood is not None:
        mask |= enlarged(blood, factor, hu.shape)
    # pixels of blood or brain that the point spread of the bone beside them brightens
    mask = ndimage.binary_dilation(mask, iterations=edge_pixels, mask=mask | (hu <= edge_hu))
    filled: NDArray[np.bool_] = fill_voids.fill(mask)
    return filled.astype(np.uint8)
