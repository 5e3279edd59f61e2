"""The inside of the skull: what bone encloses slice by slice, followed from the widest slice up and down."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain import mr_brain
from bleedmap.brain.skull.bites import bites
from bleedmap.brain.skull.enclosed import enclosed_regions, within
from bleedmap.brain.skull.field import padding, with_edge
from bleedmap.brain.skull.picture_inside import picture_inside
from bleedmap.brain.skull.picture_scale import head_outline, largest_part, picture_scale
from bleedmap.brain.skull.stripped import is_stripped, stripped_head
from bleedmap.brain.skull.work_grid import EDGE_MM, at_full_size, enlarged, shrink_factor, shrunk, up_to_bone
from bleedmap.config.brain import MrBrainSpec, SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

FAT_HU = -30.0
SOFT_HU = 130.0
LEAST_SLICE_MM2 = 1000.0
WIDE_SLICE_MM2 = 6000.0
LEAST_SHARE = 0.05
GAP_STEPS = 4
FRAME = ((0, 0), (1, 1), (1, 1))
BITTEN_MM2 = 2500.0


def brain_mask(spec: SkullInteriorSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """Everything inside the skull, blood at the inner table included.

    Works on the scan's own slices at about 1 mm a pixel: regions enclosed by bone are followed from the slice with
    the largest one, downwards until they are as small as the foramen magnum. Where a slice loses half of what its
    neighbour has, wider gaps in the bone are closed, up to ``defect_mm``. Where the field of view cuts the head, its
    edge closes the skull. The mask ends at bone at full resolution
    and is not eroded.

    Args:
        spec: bone level and gap widths.
        volume: a head CT or MR, or a single picture.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where no skull encloses anything. A head without skull is
        told from its constant background. The skull of an MR is dark, so its mask is that of ``mr_brain``.
    """
    if volume.intensity == "mr":
        return mr_brain.brain_mask(MrBrainSpec(), volume, name)
    if not volume.geometry.in_mm:
        return _of_picture(spec, volume.hu[0])[None]
    _, row_mm, column_mm = volume.geometry.spacing
    factor = shrink_factor((row_mm, column_mm))
    # a frame of one pixel, so that what the matrix cuts off ends before its border
    small = np.pad(shrunk(volume.hu, factor), FRAME, mode="edge")
    bone, soft = small > spec.bone_hu, (small > FAT_HU) & (small < SOFT_HU)
    if is_stripped(bone):
        return stripped_head(volume.hu)
    outside = padding(volume.hu)
    wall = with_edge(bone, small > FAT_HU, np.pad(shrunk(outside[None], factor)[0] > 0, 1, mode="edge"))
    inside = _follow(spec, wall, soft, (row_mm * factor, column_mm * factor), volume.geometry)
    mask = up_to_bone(spec, inside[:, 1:-1, 1:-1], volume, factor)
    mask[:, outside] = 0
    return mask


def _of_picture(spec: SkullInteriorSpec, hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """(rows, columns) uint8 mask of a picture, whose outermost mm may be as white as bone."""
    scale = picture_scale(hu, spec.head_width_mm)
    if scale is None:
        return np.zeros(hu.shape, dtype=np.uint8)
    factor = shrink_factor(scale.pixel_mm)
    work_mm = (scale.pixel_mm[0] * factor, scale.pixel_mm[1] * factor)
    small = shrunk(hu[None], factor)[0]
    inside = picture_inside(small, scale, work_mm, _half_gaps(spec))
    if inside is None:
        return np.zeros(hu.shape, dtype=np.uint8)
    if inside.bone is None:
        return enlarged(inside.mask, factor, hu.shape).astype(np.uint8)
    largest = largest_part(inside.mask)
    is_wide = largest.sum() * work_mm[0] * work_mm[1] > BITTEN_MM2
    blood = bites(largest, head_outline(small, scale.dark), work_mm) & (small > inside.bone) if is_wide else None
    edge_pixels = max(1, round(EDGE_MM / min(scale.pixel_mm)))
    return at_full_size(
        inside.mask, hu, factor, bone_hu=inside.bone, edge_hu=np.inf, edge_pixels=edge_pixels, blood=blood
    )


def _widest(
    spec: SkullInteriorSpec, bone: NDArray[np.bool_], soft: NDArray[np.bool_], pixel_mm: tuple[float, float]
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
    spec: SkullInteriorSpec,
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


def _half_gaps(spec: SkullInteriorSpec) -> list[float]:
    return [float(gap) for gap in np.geomspace(spec.bridge_mm, spec.defect_mm, GAP_STEPS)]


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
