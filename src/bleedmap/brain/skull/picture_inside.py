"""The inside of a head in a picture: what a skull encloses, or what is left of a head without one."""

from collections.abc import Sequence
from dataclasses import dataclass

import cc3d
import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.brain.skull.enclosed import enclosed_regions, within
from bleedmap.brain.skull.picture_scale import PictureScale, largest_part

LEAST_SHARE, LEAST_LIKE, LEAST_DEEP = 0.05, 0.3, 0.3
LEAST_WALL, WALL_STEP, SURE_MM2 = 0.6, 0.15, 600.0
ENOUGH, SOME = 0.5, 0.25
SPREADS, LIKE_SHARES = 4.0, (0.25, 0.5)
THIN_MM, CLOSE_MM, SMALL_CLOSE_MM = 3.0, 6.0, 4.0
OPEN_MM = (4.0, 2.0, 1.0)  # little brain near the vertex is thinner than scalp elsewhere
SHELL_MM, SKULL_MM, BARE_RING, BARE_OWN, OPEN_RING = 20.0, 12.0, 0.3, 0.2, 0.35
RIM_MM, RIM_DARK = (5.0, 12.0), 0.75

Mask = NDArray[np.bool_]
PixelMm = tuple[float, float]


@dataclass(frozen=True)
class Inside:
    """The inside of a head.

    Args:
        mask: (rows, columns) bool.
        bone: value above which there is bone around it; None for a stripped head.
    """

    mask: Mask
    bone: float | None


@dataclass(frozen=True)
class _Greys:
    """What the work pixels of a picture show, each (rows, columns) bool.

    Args:
        bone: bone, or what is as white.
        lit: brighter than the background.
        like: grey as brain.
        core: the largest part of that which is no thin layer.
        pixel_mm: mm between rows and between columns.
    """

    bone: Mask
    lit: Mask
    like: Mask
    core: Mask
    pixel_mm: PixelMm


def picture_inside(
    values: NDArray[np.float32], scale: PictureScale, pixel_mm: PixelMm, half_gaps: Sequence[float]
) -> Inside | None:
    """Where the brain, its fluid and its bleeds lie in a picture.

    Regions that bone encloses are joined, from narrow to wide gaps in it, until they hold most of what is grey as
    brain; where even wide gaps do not give that, skulls less white are tried. Where bone encloses next to none, or no
    more than a bright rim lies around it, the head is taken for stripped, and all that hangs together with its brain is
    inside.

    Args:
        values: (rows, columns) work pixels.
        scale: what their greys mean.
        pixel_mm: mm between rows and between columns.
        half_gaps: half the widths, mm, of gaps in the bone that are closed, ascending.

    Returns:
        None where nothing is grey as brain.
    """
    everywhere = np.ones(values.shape, dtype=np.bool_)
    whitest = _greys(values, scale, scale.bones[0], everywhere, pixel_mm)
    if not whitest.core.any():
        return None
    first, is_enough = _enclosed(whitest, half_gaps)
    if is_enough:
        return Inside(_stripped(whitest), None) if _is_rim(whitest, first) else Inside(first, scale.bones[0])
    # where the skull is grey, blood is as bright: what lies deep is tried as blood first
    for zone in (_shell(whitest), everywhere):
        for bone in scale.bones[1:]:
            greys = _greys(values, scale, bone, zone, pixel_mm)
            found, is_enough = _enclosed(greys, half_gaps[:2])
            if is_enough and not _is_rim(greys, found):
                return Inside(found, bone)
    return _half_enclosed(whitest, first, scale.bones[0])


def _half_enclosed(greys: _Greys, found: Mask, bone: float) -> Inside:
    """The inside where bone encloses less than half of what is grey as brain."""
    pixel_mm = greys.pixel_mm
    like = found & greys.like
    whole = _closed(greys.core, CLOSE_MM, pixel_mm)
    if _is_bare(greys, whole):
        return Inside(_stripped(greys), None)
    if like.sum() > SOME * greys.core.sum() or _mm2(like, pixel_mm) > SURE_MM2:
        return Inside(_stripped(greys), None) if _is_rim(greys, found) else Inside(found, bone)
    if found.any():
        return Inside(found, bone)
    ring = within(whole, RIM_MM[0], pixel_mm) & ~whole
    return Inside(whole, bone) if greys.bone[ring].mean() > OPEN_RING else Inside(_stripped(greys), None)


def _greys(
    values: NDArray[np.float32], scale: PictureScale, bone_level: float, zone: Mask, pixel_mm: PixelMm
) -> _Greys:
    """What work pixels show; there is bone in the zone alone."""
    marks = scale.marks
    bone, lit = (values > bone_level) & zone, values >= scale.dark
    low, high = (share * (marks.brain - marks.black) for share in LIKE_SHARES)
    near = np.abs(ndimage.gaussian_filter(values, 1.0) - marks.brain)
    like = (near < min(max(SPREADS * marks.spread, low), high)) & lit & ~bone
    cores = (largest_part(_opened(like, reach, pixel_mm)) for reach in OPEN_MM)
    return _Greys(bone, lit, like, next((core for core in cores if core.any()), like), pixel_mm)


def _shell(greys: _Greys) -> Mask:
    """As deep from the surface of the head as skull and scalp go."""
    head = fill_voids.fill(largest_part(_opened(greys.lit, THIN_MM, greys.pixel_mm)))
    return within(~head, SHELL_MM, greys.pixel_mm)


def _enclosed(greys: _Greys, half_gaps: Sequence[float]) -> tuple[Mask, bool]:
    """What bone encloses, and whether that is enough; where the picture cuts the head, its border closes the skull."""
    pixel_mm = greys.pixel_mm
    border = np.ones(greys.bone.shape, dtype=np.bool_)
    border[1:-1, 1:-1] = False
    wall = greys.bone | (border & largest_part(_opened(greys.lit, THIN_MM, pixel_mm)))
    allowed = _closed(_hanging_with(greys.lit, _opened(greys.like, THIN_MM, pixel_mm)), CLOSE_MM, pixel_mm)
    found, is_enough = np.zeros_like(wall), False
    for number, half_gap in enumerate(half_gaps):
        regions = enclosed_regions(wall, greys.like, half_gap, pixel_mm, least_wanted=LEAST_LIKE)
        walls = [_walled(region, wall, pixel_mm) for region in regions]
        large = [
            share
            for region, share in zip(regions, walls, strict=True)
            if _mm2(region & greys.like, pixel_mm) > SURE_MM2
        ]
        least = max(LEAST_WALL, max(large, default=0.0) - WALL_STEP)
        found |= _joined([r for r, share in zip(regions, walls, strict=True) if share > least], greys.like) & allowed
        is_enough = bool((found & greys.core).sum() > ENOUGH * greys.core.sum())
        # the second gap may close a lobe that the first one left open
        if number > 0 and is_enough:
            break
    return found, is_enough


def _walled(region: Mask, wall: Mask, pixel_mm: PixelMm) -> float:
    """Share of the surroundings of a region that is bone."""
    ring = within(region, 2.0, pixel_mm) & ~region
    return float(within(wall, 1.0, pixel_mm)[ring].mean()) if ring.any() else 1.0


def _is_bare(greys: _Greys, whole: Mask) -> bool:
    """Whether next to no bone lies around the brain and in what hangs together with it."""
    ring = within(whole, SKULL_MM, greys.pixel_mm) & ~whole
    own = _hanging_with(greys.lit, greys.core)
    return not ring.any() or bool(greys.bone[ring].mean() < BARE_RING and greys.bone[own].mean() < BARE_OWN)


def _is_rim(greys: _Greys, found: Mask) -> bool:
    """Whether the bone about a region is but a rim: beyond the thickness of one there is nothing."""
    near, far = RIM_MM
    ring = within(found, far, greys.pixel_mm) & ~within(found, near, greys.pixel_mm)
    return bool(ring.any() and (~greys.lit)[ring].mean() > RIM_DARK)


def _stripped(greys: _Greys) -> Mask:
    """All that hangs together with brain, its dark clefts closed; not a head rest beside it, which has none."""
    deep = _opened(greys.like, THIN_MM, greys.pixel_mm)
    labels = cc3d.connected_components(greys.lit, connectivity=4)
    parts = [labels == number for number in np.unique(labels[deep]) if number]
    kept = [part for part in parts if (part & deep).sum() > LEAST_DEEP * part.sum()]
    return _closed(_joined(kept or parts, greys.like), SMALL_CLOSE_MM, greys.pixel_mm)


def _joined(regions: list[Mask], like: Mask) -> Mask:
    """All regions but those whose brain is small beside the largest's."""
    amounts = [int((region & like).sum()) for region in regions]
    joined = np.zeros_like(like)
    for region, amount in zip(regions, amounts, strict=True):
        if amount >= LEAST_SHARE * max(amounts):
            joined |= region
    return joined


def _mm2(mask: Mask, pixel_mm: PixelMm) -> float:
    return float(mask.sum() * pixel_mm[0] * pixel_mm[1])


def _hanging_with(mask: Mask, seeds: Mask) -> Mask:
    """The connected parts of a mask that hold a seed."""
    labels = cc3d.connected_components(mask, connectivity=4)
    return np.isin(labels, np.unique(labels[seeds])) & mask


def _opened(mask: Mask, reach_mm: float, pixel_mm: PixelMm) -> Mask:
    """A mask without its parts thinner than twice the reach; it goes on beyond the border."""
    deep = ndimage.distance_transform_edt(np.pad(mask, 1, mode="edge"), sampling=pixel_mm)[1:-1, 1:-1] > reach_mm
    return within(deep, reach_mm, pixel_mm) & mask


def _closed(mask: Mask, reach_mm: float, pixel_mm: PixelMm) -> Mask:
    """A mask with its clefts narrower than twice the reach, and its holes, filled."""
    margin = int(np.ceil(reach_mm / min(pixel_mm))) + 1
    wide = within(np.pad(mask, margin), reach_mm, pixel_mm)
    thin = ndimage.distance_transform_edt(wide, sampling=pixel_mm)[margin:-margin, margin:-margin] > reach_mm
    return np.asarray(fill_voids.fill(thin | mask), dtype=np.bool_)
