"""The inside of the skull: what bone encloses slice by slice, followed from the widest slice up and down."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.brain.skull.bites import bites
from bleedmap.brain.skull.enclosed import enclosed_regions, within
from bleedmap.brain.skull.picture_scale import bone_level, head_outline, pixel_size, tissue_level
from bleedmap.brain.skull.stripped import is_stripped, stripped_head, stripped_mr
from bleedmap.brain.skull.work_grid import at_full_size, shrink_factor, shrunk, up_to_bone
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

FAT_HU = -30.0
SOFT_HU = 130.0
LEAST_SLICE_MM2 = 1000.0
WIDE_SLICE_MM2 = 6000.0
LEAST_SHARE = 0.05
GAP_STEPS = 4


def brain_mask(spec: SkullInteriorSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """Everything inside the skull, blood at the inner table included.

    Works on the scan's own slices at about 1 mm a pixel: regions enclosed by bone are followed from the slice with
    the largest one, downwards until they are as small as the foramen magnum. Where a slice loses half of what its
    neighbour has, wider gaps in the bone are closed, up to ``defect_mm``. The mask ends at bone at full resolution
    and is not eroded.

    Args:
        spec: bone level and gap widths.
        volume: a head CT, or a single picture.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where no skull encloses anything. A head without skull is
        told from its constant background, and an MR has to be one.

    Raises:
        ScanError: ``needs-hu`` for an MR with its skull.
    """
    if volume.intensity == "mr":
        return stripped_mr(volume)
    if not volume.geometry.in_mm:
        return _of_picture(spec, volume.hu[0])[None]
    _, row_mm, column_mm = volume.geometry.spacing
    factor = shrink_factor((row_mm, column_mm))
    small = shrunk(volume.hu, factor)
    bone, soft = small > spec.bone_hu, (small > FAT_HU) & (small < SOFT_HU)
    if is_stripped(bone):
        return stripped_head(volume.hu)
    inside = _follow(spec, bone, soft, (row_mm * factor, column_mm * factor), volume.geometry)
    return up_to_bone(spec, inside, volume, factor)


def _of_picture(spec: SkullInteriorSpec, hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """(rows, columns) uint8 mask of a picture; where it cuts the head, its border closes the skull."""
    pixel_mm = pixel_size(hu, spec.head_width_mm)
    bone_hu = bone_level(hu, spec.bone_hu, pixel_mm)
    factor = shrink_factor(pixel_mm)
    small = np.pad(shrunk(hu[None], factor)[0], 1, mode="edge")
    head = np.pad(shrunk(head_outline(hu)[None], factor)[0] > 0, 1, mode="edge")
    border = np.ones(small.shape, dtype=bool)
    border[1:-1, 1:-1] = False
    work_mm = (pixel_mm[0] * factor, pixel_mm[1] * factor)
    bone, soft = (small > bone_hu) | (head & border), small > tissue_level(hu)
    inside = _widest(spec, bone, soft, work_mm)
    blood = bites(inside, work_mm)[1:-1, 1:-1]
    return at_full_size(inside[1:-1, 1:-1], hu, factor, bone_hu=bone_hu, edge_hu=bone_hu, blood=blood)


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


def _half_gaps(spec: SkullInteriorSpec) -> NDArray[np.float64]:
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
