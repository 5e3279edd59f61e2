"""The MNI152 brain that ships inside nilearn: tissue probabilities, ventricles and the space inside the skull."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from nilearn.datasets import load_mni152_brain_mask, load_mni152_gm_template, load_mni152_wm_template
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from bleedmap.phantom.fields import Array

TISSUE_MM, SHAPE_MM = 1, 2
SULCUS_MM, SUBARACHNOID_MM = 9.0, 2.0
ROOM_VOXELS = 18
# The canal behind the foramen magnum: where its axis meets the lowest slice of the brain, and its slope backwards.
FORAMEN = (0.0, -46.0, -68.0)
CANAL_MM, CANAL_SLOPE = 10.0, 0.12


@dataclass(frozen=True)
class Layer:
    """A map on the MNI grid, sampled at MNI coordinates.

    Args:
        values: (x, y, z) float32.
        origin: (3,) MNI mm of the first voxel.
        step: mm a voxel.
    """

    values: Array
    origin: NDArray[np.float64]
    step: int

    def at(self, mni: Array) -> Array:
        """Linear interpolation, edge values beyond the grid.

        Args:
            mni: (3, ...) float32 MNI coordinates x right, y front, z up, mm.

        Returns:
            (...) float32.
        """
        index = (mni - self.origin.astype(np.float32).reshape(-1, *[1] * (mni.ndim - 1))) / np.float32(self.step)
        sampled: Array = ndimage.map_coordinates(self.values, index, order=1, mode="nearest", output=np.float32)
        return sampled


@dataclass(frozen=True)
class Atlas:
    """What the phantom knows of anatomy.

    Args:
        grey: probability of grey matter, 0 to 1.
        white: probability of white matter, 0 to 1.
        ventricle: 1 in and just around the ventricles, 0 elsewhere.
        ventricle_distance: mm to the nearest ventricle.
        depth: mm inside the inner table of the skull, negative outside.
    """

    grey: Layer
    white: Layer
    ventricle: Layer
    ventricle_distance: Layer
    depth: Layer


def _ventricle_region(fluid: NDArray[np.bool_], origin: NDArray[np.float64]) -> Array:
    """Ventricles among all fluid: the pieces near the midline that no sulcus or cistern leads to."""
    grid = np.indices(fluid.shape, dtype=np.float32) * SHAPE_MM + origin.reshape(3, 1, 1, 1)
    x, y, z = np.abs(grid[0]), grid[1], grid[2]
    lateral = (x > 2) & (x < 30) & (y > -48) & (y < 38) & (z > -4) & (z < 30)
    lateral &= ~((x < 6) & (z > 24)) & ~((x < 8) & (y < -28))
    third = (x < 5) & (y > -28) & (y < 4) & (z > -10) & (z < 10)
    fourth = (x < 12) & (y > -54) & (y < -38) & (z > -42) & (z < -20)
    pieces, _ = ndimage.label(fluid & (lateral | third | fourth))
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    kept = sizes[pieces] * SHAPE_MM**3 > 150
    return np.asarray(ndimage.binary_dilation(kept, iterations=1), dtype=np.float32)


def _hulls(solid: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Convex hull of every plane across an axis."""
    planes = [convex_hull_image(plane) if plane.any() else plane for plane in np.moveaxis(solid, axis, 0)]
    return np.moveaxis(np.stack(planes), 0, axis)


def _depth_inside_skull(
    solid: NDArray[np.bool_], grid: Array, origin: NDArray[np.float64]
) -> tuple[Array, NDArray[np.float64]]:
    """Mm inside the inner table: the vault is convex where the brain is furrowed, the fossae keep their ridges.

    Args:
        solid: the template's brain.
        grid: MNI mm of its voxels.
        origin: of the first voxel.

    Returns:
        Distances on a grid with room around it, and its origin.
    """
    x, y, z = np.abs(grid[0]), grid[1], grid[2]
    # The template's own mask holds a crumb of the ethmoid; a skull around it would have a horn.
    # It also leaves out the suprasellar cistern, which lies inside the skull.
    solid = solid & ~((x < 22) & (y > 36) & (z < -25))
    solid |= (x < 16) & (np.abs(y - 4) < 16) & (np.abs(z + 20) < 13)
    vault, behind = solid & (z > -12), solid & (y < -36) & (z <= -12)
    # Twice: a hull of axial planes alone would leave the furrow along the vertex.
    solid |= _hulls(_hulls(vault, 2) & (z > -12), 1)
    solid |= _hulls(behind, 2)
    solid = np.pad(solid, ROOM_VOXELS)
    corner = origin - ROOM_VOXELS * SHAPE_MM
    grid_wide = np.indices(solid.shape, dtype=np.float32) * SHAPE_MM + corner.reshape(3, 1, 1, 1)
    outside = ndimage.distance_transform_edt(~solid, sampling=SHAPE_MM)
    closed = ndimage.distance_transform_edt(outside <= SULCUS_MM, sampling=SHAPE_MM) > SULCUS_MM - SUBARACHNOID_MM
    below = FORAMEN[2] - grid_wide[2]
    canal = np.hypot(grid_wide[0], grid_wide[1] - FORAMEN[1] + CANAL_SLOPE * below) < CANAL_MM
    closed = ndimage.binary_fill_holes(closed | solid | (canal & (below > -10)))
    depth = ndimage.distance_transform_edt(closed, sampling=SHAPE_MM)
    depth -= ndimage.distance_transform_edt(~closed, sampling=SHAPE_MM)
    return ndimage.gaussian_filter(depth.astype(np.float32), 1.5), corner


@cache
def load_atlas() -> Atlas:
    """The atlas, read once a process from nilearn's own package data."""
    grey, white = (load(resolution=TISSUE_MM) for load in (load_mni152_gm_template, load_mni152_wm_template))
    coarse = [load(resolution=SHAPE_MM) for load in (load_mni152_gm_template, load_mni152_wm_template)]
    brain = load_mni152_brain_mask(resolution=SHAPE_MM)
    fine_origin, origin = grey.affine[:3, 3], brain.affine[:3, 3]

    solid = np.asarray(brain.dataobj) > 0
    grid = np.indices(solid.shape, dtype=np.float32) * SHAPE_MM + origin.reshape(3, 1, 1, 1)
    depth, depth_origin = _depth_inside_skull(solid, grid, origin)

    tissue = sum(np.asarray(image.dataobj) for image in coarse)
    fluid = (np.asarray(brain.dataobj) > 0) & (tissue < 0.5)
    ventricle = _ventricle_region(fluid, origin)
    distance = ndimage.distance_transform_edt(ventricle == 0, sampling=SHAPE_MM).astype(np.float32)
    return Atlas(
        grey=Layer(np.asarray(grey.dataobj, dtype=np.float32), fine_origin, TISSUE_MM),
        white=Layer(np.asarray(white.dataobj, dtype=np.float32), fine_origin, TISSUE_MM),
        ventricle=Layer(ventricle, origin, SHAPE_MM),
        ventricle_distance=Layer(distance, origin, SHAPE_MM),
        depth=Layer(depth, depth_origin, SHAPE_MM),
    )
