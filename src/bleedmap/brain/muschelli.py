"""Brain extraction after Muschelli 2015 without FSL: an opening, in mm, takes the place of the BET surface."""

import cc3d
import fill_voids
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.brain.skull.enclosed import within
from bleedmap.brain.skull.stripped import is_stripped, stripped_head
from bleedmap.brain.skull.work_grid import shrink_factor, shrunk, up_to_bone
from bleedmap.config.brain import MuschelliSpec
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.intensity import require_hu_intensity

FAT_HU = -30.0
VAULT_MM = 90.0
FORAMEN_MM2 = 1000.0
THICK_MM = 1.5
VoxelMm = tuple[float, float, float]


def brain_mask(spec: MuschelliSpec, volume: CtVolume, name: str) -> NDArray[np.uint8]:
    """The soft tissue that hangs together with the deepest point in the skull once thin bridges are cut.

    Works on the scan's own slices at about 1 mm a pixel; every length is in mm, along the slices too. The mask ends
    where a slice of it is as small as the foramen magnum, and at bone at full resolution; it is not eroded.

    Args:
        spec: HU of bone and soft tissue, and lengths in mm.
        volume: a head CT.
        name: unused; kept so that all brain masks are called alike.

    Returns:
        (slices, rows, columns) uint8, 1 inside; all 0 where there is no soft tissue in a skull.

    Raises:
        ScanError: ``no-pixel-size``; ``needs-hu`` for an MR.
    """
    if not volume.geometry.in_mm:
        raise ScanError(
            "no-pixel-size",
            found="a picture without pixel size",
            expected="a CT in HU and mm for brain.method muschelli",
            remedy="set brain.method to skull_interior or convex_hull",
        )
    require_hu_intensity(volume, "brain.method muschelli")
    slice_mm, row_mm, column_mm = volume.geometry.spacing
    factor = shrink_factor((row_mm, column_mm))
    hu = shrunk(volume.hu, factor)
    bone = hu > spec.bone_hu
    if is_stripped(bone):
        return stripped_head(volume.hu)
    inside = np.zeros(hu.shape, dtype=bool)
    skull = _box_of(bone)
    inside[skull] = _inside(spec, hu[skull], bone[skull], (slice_mm, row_mm * factor, column_mm * factor))
    return up_to_bone(spec, inside, volume, factor)


def _box_of(bone: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """The rows and columns that hold bone, in all slices."""
    rows, columns = (np.flatnonzero(bone.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    return slice(None), slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _inside(
    spec: MuschelliSpec, hu: NDArray[np.float32], bone: NDArray[np.bool_], voxel_mm: VoxelMm
) -> NDArray[np.bool_]:
    """(slices, rows, columns) inside of the skull, from the work pixels of the box around its bone."""
    soft = _soft(spec, hu, voxel_mm) & ~_closed(bone, spec.close_mm, voxel_mm)
    core = _core(ndimage.distance_transform_edt(soft, sampling=voxel_mm), bone, spec.open_mm, voxel_mm[0])
    tissue = (hu > FAT_HU) & ~bone
    grown = within(core, spec.open_mm + max(voxel_mm[1:]), voxel_mm) & tissue
    return _filled(_above_foramen(grown, voxel_mm[1] * voxel_mm[2]))


def _soft(spec: MuschelliSpec, hu: NDArray[np.float32], voxel_mm: VoxelMm) -> NDArray[np.bool_]:
    """Where soft tissue prevails within the reach of the Gaussian, or blood brighter than soft tissue lies thick.

    The Gaussian runs over what passes the threshold, not over HU: bone would lift thin blood beside it out of range.
    """
    low, high = spec.soft_hu
    in_range = ((hu >= low) & (hu <= high)).astype(np.float32)
    share = ndimage.gaussian_filter(in_range, [spec.smooth_mm / step for step in voxel_mm])
    bright = (hu > high) & (hu <= spec.bone_hu)
    return np.asarray((share > 0.5) | within(~within(~bright, THICK_MM, voxel_mm), THICK_MM, voxel_mm))


def _closed(bone: NDArray[np.bool_], half_gap_mm: float, voxel_mm: VoxelMm) -> NDArray[np.bool_]:
    """Bone with its gaps of up to twice ``half_gap_mm`` closed."""
    return bone | ~within(~within(bone, half_gap_mm, voxel_mm), half_gap_mm, voxel_mm)


def _core(depth: NDArray[np.float64], bone: NDArray[np.bool_], open_mm: float, slice_mm: float) -> NDArray[np.bool_]:
    """What hangs together with the deepest point below the vault, where no neck can be deeper.

    Through the foramen magnum that is the neck as well, so only parts of slices that lie mostly under or over the
    part in the slice before are followed.

    Args:
        depth: (slices, rows, columns) mm inside soft tissue.
        bone: same shape.
        open_mm: depth, mm, up to which nothing counts: half the width of the bridges that are cut.
        slice_mm: mm between slices.
    """
    top = int(np.flatnonzero(bone.any(axis=(1, 2)))[-1]) + 1
    bottom = max(0, top - round(VAULT_MM / slice_mm))
    seed = np.unravel_index(depth[bottom:top].argmax(), depth[bottom:top].shape)
    first = bottom + int(seed[0])
    core = np.zeros(depth.shape, dtype=bool)
    parts = cc3d.connected_components(depth[first] > open_mm, connectivity=4)
    core[first] = (parts == parts[seed[1:]]) & (parts > 0)
    for order, back in ((range(first - 1, -1, -1), 1), (range(first + 1, len(core)), -1)):
        for index in order:
            core[index] = _linked(depth[index] > open_mm, core[index + back])
    return core


def _linked(slice_: NDArray[np.bool_], neighbour: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows, columns) parts of a slice that lie mostly under or over the neighbouring slice's mask."""
    parts = cc3d.connected_components(slice_, connectivity=4)
    sizes, shared = np.bincount(parts.ravel()), np.bincount(parts.ravel(), weights=neighbour.ravel())
    linked = shared > 0.5 * sizes
    linked[0] = False
    return np.asarray(linked[parts])


def _above_foramen(mask: NDArray[np.bool_], pixel_mm2: float) -> NDArray[np.bool_]:
    """The slices of a mask about its largest one, down to where it is as small as the foramen magnum."""
    areas = mask.sum(axis=(1, 2)) * pixel_mm2
    widest = int(areas.argmax())
    small = np.flatnonzero(areas[:widest] < FORAMEN_MM2)
    empty = np.flatnonzero(areas[widest:] == 0)
    kept = mask.copy()
    kept[: small[-1] + 1 if small.size else 0] = False
    kept[widest + empty[0] if empty.size else len(mask) :] = False
    return kept


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask without holes: calcifications and air inside the brain belong to it."""
    slices = np.stack([fill_voids.fill(slice_) if slice_.any() else slice_ for slice_ in mask])
    return np.asarray(fill_voids.fill(slices), dtype=bool)
