"""Paper 001's preprocessing: the convex hull of the brightest pixels of a slice, without them."""

import cc3d
import fill_voids
import numpy as np
from numpy.typing import NDArray
from skimage.morphology import convex_hull_image
from skimage.restoration import denoise_bilateral

from bleedmap.brain.skull.enclosed import within
from bleedmap.brain.skull.picture_scale import picture_scale
from bleedmap.brain.skull.stripped import is_stripped, stripped_head
from bleedmap.brain.skull.work_grid import at_full_size, shrink_factor, shrunk, up_to_bone
from bleedmap.config.brain import ConvexHullSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import require_hu_intensity

LEAST_BRAIN_MM2 = 1000.0
GAP_MM = 3.0
LEAST_SHARE = 0.1
PixelMm = tuple[float, float]


def brain_mask(spec: ConvexHullSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """Inside of the hull of the skull, slice by slice: bilateral filter, percentile, hull (spec 2.4).

    Works at about 1 mm a pixel. Where the paper is silent: the skull is the connected bone that holds most of the
    brightest pixels, and the hull goes around those. A slice whose skull does not close takes the hull of the nearest
    one that does, and there is no mask above the last or below the first of those.

    Args:
        spec: percentile and filter.
        volume: a head CT, or a single picture.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where no slice has a closed skull.

    Raises:
        ScanError: ``needs-hu`` for an MR.
    """
    if volume.geometry.in_mm:
        require_hu_intensity(volume, "brain.method convex_hull")
    _, row_mm, column_mm = volume.geometry.spacing
    pixel_mm, bone_hu = (row_mm, column_mm), spec.bone_hu
    if not volume.geometry.in_mm:
        scale = picture_scale(volume.hu[0], spec.head_width_mm)
        if scale is None:
            return np.zeros(volume.hu.shape, dtype=np.uint8)
        pixel_mm, bone_hu = scale.pixel_mm, scale.bones[0]
    factor = shrink_factor(pixel_mm)
    work_mm = (pixel_mm[0] * factor, pixel_mm[1] * factor)
    small = shrunk(volume.hu, factor)
    bone = small > bone_hu
    if is_stripped(bone):
        return stripped_head(volume.hu)
    hulls = _hulls(
        np.stack([_brightest(spec, *planes, work_mm) for planes in zip(small, bone, strict=True)]), bone, work_mm
    )
    inside = np.stack([_large_parts(hull & ~bone_) for hull, bone_ in zip(hulls, bone, strict=True)])
    if not volume.geometry.in_mm:
        return at_full_size(inside[0], volume.hu[0], factor, bone_hu=bone_hu, edge_hu=bone_hu)[None]
    return up_to_bone(spec, inside, volume, factor)


def _brightest(
    spec: ConvexHullSpec, hu: NDArray[np.float32], bone: NDArray[np.bool_], pixel_mm: PixelMm
) -> NDArray[np.bool_]:
    """(rows, columns) brightest pixels of a slice, those of the bone that holds most of them."""
    lowest = hu.min()
    sigma = spec.smooth_mm / min(pixel_mm)
    smooth = denoise_bilateral(hu - lowest, sigma_color=spec.smooth_hu, sigma_spatial=sigma, mode="edge")
    bright = (smooth >= np.percentile(smooth, spec.percentile)) & bone
    parts = cc3d.connected_components(bone, connectivity=8)
    counts = np.bincount(parts[bright], minlength=1)
    return np.asarray(bright & (parts == counts.argmax()))


def _hulls(bright: NDArray[np.bool_], bone: NDArray[np.bool_], pixel_mm: PixelMm) -> NDArray[np.bool_]:
    """(slices, rows, columns) hull of every slice's skull, or of the nearest closed one between two closed ones."""
    found = np.flatnonzero([_is_closed(slice_, pixel_mm) for slice_ in bone])
    hulls = np.zeros_like(bone)
    if found.size:
        for index in range(found[0], found[-1] + 1):
            hulls[index] = convex_hull_image(bright[found[np.abs(found - index).argmin()]])
    return hulls


def _is_closed(bone: NDArray[np.bool_], pixel_mm: PixelMm) -> bool:
    """Whether bone, its narrow gaps closed, goes around something as large as the foramen magnum at least."""
    thick = within(bone, GAP_MM, pixel_mm)
    enclosed = int(fill_voids.fill(thick).sum()) - int(thick.sum())
    return enclosed * pixel_mm[0] * pixel_mm[1] >= LEAST_BRAIN_MM2


def _large_parts(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows, columns) mask without the parts, such as slivers between hull and skull, small beside the largest."""
    parts = cc3d.connected_components(mask, connectivity=4)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= LEAST_SHARE * sizes.max())[parts] & mask)
