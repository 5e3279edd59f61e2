"""The inside of the skull: what bone encloses slice by slice, followed from the widest slice up and down."""

from typing import Any

import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.brain.bites import bites
from bleedmap.brain.enclosed import enclosed_regions, within
from bleedmap.brain.picture_scale import bone_level, head_outline, pixel_size, tissue_level
from bleedmap.config.brain import BrainSpec
from bleedmap.volumes.ct_volume import CtVolume, Geometry

WORK_PIXEL_MM = 1.0
FAT_HU = -30.0
SOFT_HU = 130.0
LEAST_SLICE_MM2 = 1000.0
WIDE_SLICE_MM2 = 6000.0
LEAST_SHARE = 0.05
LEAST_BONE = 5e-4
LEAST_BACKGROUND = 0.2
GAP_STEPS = 4


def brain_mask(spec: BrainSpec, volume: CtVolume) -> NDArray[np.uint8]:
    """Everything inside the skull, blood at the inner table included.

    Works on the scan's own slices at about 1 mm a pixel: regions enclosed by bone are followed from the slice with
    the largest one, downwards until they are as small as the foramen magnum. Where a slice loses half of what its
    neighbour has, wider gaps in the bone are closed, up to ``defect_mm``. The mask ends at bone at full resolution
    and is not eroded.

    Args:
        spec: bone level and gap widths.
        volume: a head CT, or a single picture.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where no skull encloses anything. A head without skull is
        told from its constant background.
    """
    if not volume.geometry.in_mm:
        return _of_picture(spec, volume.hu[0])[None]
    _, row_mm, column_mm = volume.geometry.spacing
    factor = max(1, round(WORK_PIXEL_MM / min(row_mm, column_mm)))
    small = _shrunk(volume.hu, factor)
    if np.mean(small > spec.bone_hu) < LEAST_BONE:
        return _without_skull(volume.hu)
    bone, soft = small > spec.bone_hu, (small > FAT_HU) & (small < SOFT_HU)
    inside = _follow(spec, bone, soft, (row_mm * factor, column_mm * factor), volume.geometry)
    return np.stack(
        [
            _at_full_size(mask, hu, factor, bone_hu=spec.bone_hu, edge_hu=max(spec.edge_hu, spec.bone_hu))
            for mask, hu in zip(inside, volume.hu, strict=True)
        ]
    )


def _without_skull(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """(slices, rows, columns) uint8 mask of a head whose skull was taken away: all but the constant background."""
    values, counts = np.unique(hu, return_counts=True)
    head = hu != values[counts.argmax()]
    if head.mean() > 1 - LEAST_BACKGROUND:
        return np.zeros(hu.shape, dtype=np.uint8)
    return np.stack([fill_voids.fill(slice_) for slice_ in head]).astype(np.uint8)


def _of_picture(spec: BrainSpec, hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """(rows, columns) uint8 mask of a picture; where it cuts the head, its border closes the skull."""
    pixel_mm = pixel_size(hu, spec.head_width_mm)
    bone_hu = bone_level(hu, spec.bone_hu, pixel_mm)
    factor = max(1, round(WORK_PIXEL_MM / min(pixel_mm)))
    small = np.pad(_shrunk(hu[None], factor)[0], 1, mode="edge")
    head = np.pad(_shrunk(head_outline(hu)[None], factor)[0] > 0, 1, mode="edge")
    border = np.ones(small.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    work_mm = (pixel_mm[0] * factor, pixel_mm[1] * factor)
    bone, soft = (small > bone_hu) | (head & border), small > tissue_level(hu)
    inside = _widest(spec, bone, soft, work_mm)
    blood = bites(inside, work_mm)[1:-1, 1:-1]
    return _at_full_size(inside[1:-1, 1:-1], hu, factor, bone_hu=bone_hu, edge_hu=bone_hu, blood=blood)


def _widest(
    spec: BrainSpec, bone: NDArray[np.bool_], soft: NDArray[np.bool_], pixel_mm: tuple[float, float]
) -> NDArray[np.bool_]:
    """Enclosed regions of a slice that has no neighbour to go by; wider gaps are closed if little is enclosed."""
    best = np.zeros(bone.shape, dtype=bool)
    for half_gap in _half_gaps(spec):
        regions = enclosed_regions(bone, soft, half_gap, pixel_mm)
        found = _union(regions, bone.shape)
        best = found if found.sum() > best.sum() else best
        if best.sum() * pixel_mm[0] * pixel_mm[1] >= WIDE_SLICE_MM2:
            break
    return best


def _follow(
    spec: BrainSpec,
    bone: NDArray[np.bool_],
    soft: NDArray[np.bool_],
    pixel_mm: tuple[float, float],
    geometry: Geometry,
) -> NDArray[np.bool_]:
    """(slices, rows, columns) inside of the skull, from the widest slice outwards."""
    inside = np.zeros(bone.shape, dtype=bool)
    first = [enclosed_regions(*planes, spec.bridge_mm, pixel_mm) for planes in zip(bone, soft, strict=True)]
    widest = int(np.argmax([max((int(region.sum()) for region in regions), default=0) for regions in first]))
    inside[widest] = _widest(spec, bone[widest], soft[widest], pixel_mm)
    least = LEAST_SLICE_MM2 / (pixel_mm[0] * pixel_mm[1])
    for order, back in ((range(widest - 1, -1, -1), 1), (range(widest + 1, len(bone)), -1)):
        for index in order:
            neighbour = inside[index + back]
            found = _linked(first[index], neighbour)
            gap_mm = float(abs(geometry.positions[index + back] - geometry.positions[index]))
            for half_gap in _half_gaps(spec)[1:]:
                if found.sum() >= 0.5 * neighbour.sum():
                    break
                wider = _linked(enclosed_regions(bone[index], soft[index], half_gap, pixel_mm), neighbour)
                wider &= within(neighbour, gap_mm + spec.bridge_mm, pixel_mm)
                found = wider if wider.sum() > found.sum() else found
            if not found.any() or (back == 1 and found.sum() < least):
                break
            inside[index] = found
    return inside


def _half_gaps(spec: BrainSpec) -> NDArray[np.float64]:
    return np.geomspace(spec.bridge_mm, spec.defect_mm, GAP_STEPS)


def _linked(regions: list[NDArray[np.bool_]], neighbour: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Union of the regions that lie mostly under or over the neighbouring slice's mask."""
    return _union([region for region in regions if (region & neighbour).sum() > 0.5 * region.sum()], neighbour.shape)


def _union(regions: list[NDArray[np.bool_]], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """All regions but those that are small beside the largest."""
    union = np.zeros(shape, dtype=bool)
    largest = max((int(region.sum()) for region in regions), default=0)
    for region in regions:
        if region.sum() >= LEAST_SHARE * largest:
            union |= region
    return union


def _at_full_size(
    inside: NDArray[np.bool_],
    hu: NDArray[np.int16],
    factor: int,
    *,
    bone_hu: float,
    edge_hu: float,
    blood: NDArray[np.bool_] | None = None,
) -> NDArray[np.uint8]:
    """One slice of the mask on the scan's own pixels, holes filled; ``blood`` is kept however bright."""
    if not inside.any():
        return np.zeros(hu.shape, dtype=np.uint8)
    mask = _enlarged(ndimage.binary_dilation(inside), factor, hu.shape) & (hu <= bone_hu)
    if blood is not None:
        mask |= _enlarged(blood, factor, hu.shape)
    # pixels of blood or brain that the point spread of the bone beside them brightens
    mask |= ndimage.binary_dilation(mask) & (hu <= edge_hu)
    filled: NDArray[np.bool_] = fill_voids.fill(mask)
    return filled.astype(np.uint8)


def _enlarged(mask: NDArray[np.bool_], factor: int, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return mask.repeat(factor, axis=0).repeat(factor, axis=1)[: shape[0], : shape[1]]


def _shrunk(hu: NDArray[Any], factor: int) -> NDArray[np.float32]:
    """Mean of blocks of factor x factor pixels; the picture is widened with its edge to whole blocks."""
    slices, rows, columns = hu.shape
    padded = np.pad(hu, ((0, 0), (0, -rows % factor), (0, -columns % factor)), mode="edge")
    blocks = padded.reshape(slices, padded.shape[1] // factor, factor, padded.shape[2] // factor, factor)
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32))
