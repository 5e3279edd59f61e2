"""One subject's head: a work grid of about 1.2 mm, and where each of its voxels lies in MNI space."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.phantom.atlas import load_atlas
from bleedmap.phantom.fields import Array, Axes, smooth_field

SUB_SLICE_MM = 1.3
HALF_WIDTH_MM, HALF_LENGTH_MM = 88.0, 112.0
# Knot distance and spread of the deformations.
BENDS_MM = ((55.0, 3.5), (28.0, 0.6))
CRANIUM_CENTRE = (0.0, -16.0, 6.0)


@dataclass(frozen=True)
class Head:
    """Geometry of one head before any tissue.

    Args:
        axes: positions along (slices, rows, columns), LPS mm about the middle of the brain: up, back, left.
        sub_slices: work slices averaged into one slice of the scan.
        mni: (3, slices, rows, columns) float32 MNI coordinates x right, y front, z up, mm.
        depth: (slices, rows, columns) float32, mm inside the inner table of the skull, negative outside.
        scale: mm of this head to one mm of MNI, cube root of the volume ratio.
    """

    axes: Axes
    sub_slices: int
    mni: Array
    depth: Array
    scale: float

    @property
    def voxel_ml(self) -> float:
        """Volume of a work voxel, mL."""
        return float(np.prod([axis[1] - axis[0] for axis in self.axes])) / 1000

    def field(self, rng: np.random.Generator, spacing_mm: float) -> Array:
        """A smooth random field over the head (see ``smooth_field``)."""
        return smooth_field(rng, self.axes, spacing_mm)


def _rotation(pitch: float, roll: float, yaw: float) -> Array:
    """(3, 3) turn of x right, y front, z up by angles about x, y and z, radians."""
    turn = np.eye(3)
    for axis, angle in enumerate((pitch, roll, yaw)):
        one = np.eye(3)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        one[[i, j], [i, j]] = np.cos(angle)
        one[i, j], one[j, i] = -np.sin(angle), np.sin(angle)
        turn = one @ turn
    return turn.astype(np.float32)


def _axis(half_mm: float, step: float) -> Array:
    count = int(np.ceil(half_mm / step))
    return ((np.arange(2 * count) - count + 0.5) * step).astype(np.float32)


def make_head(rng: np.random.Generator, slice_mm: float, pixel_mm: float) -> Head:
    """Bend the atlas into a new head: size, proportions, position in the scanner and a smooth deformation.

    Args:
        rng: source of this head's numbers.
        slice_mm: slice thickness of the scan.
        pixel_mm: pixel size of the scan.
    """
    size = rng.normal(0.915, 0.025)
    stretch = size * np.exp(rng.normal(0, 0.022, 3))
    turn = _rotation(*np.radians(rng.normal(0, (5.0, 2.5, 4.0))))
    shift = rng.normal(0, (2.5, 3.0, 1.5))
    length_mm = rng.uniform(132, 150)
    sub_slices = max(1, round(slice_mm / SUB_SLICE_MM))
    step = float(np.clip(pixel_mm, 1.25, 1.8))

    centre = np.array([0.0, -18.0, 0.0]) + shift
    # LPS to RAS flips x and y; dividing by the stretch takes this head's millimetres to MNI's.
    matrix = (turn * np.array([-1.0, -1.0, 1.0])) / stretch[:, None]
    scale = float(np.prod(stretch) ** (1 / 3))
    bend_seed = int(rng.integers(2**62))

    probe = (np.arange(40, 120, 2, dtype=np.float32), _axis(60.0, 6.0), _axis(60.0, 6.0))
    inside = (load_atlas().depth.at(_to_mni(probe, matrix, centre, bend_seed)) > 0).any(axis=(1, 2))
    # The scan ends just above the vertex, past bone and skin; the foot end varies with its length.
    top = float(probe[0][inside].max()) + rng.uniform(11, 17)
    slices = max(1, round(length_mm / slice_mm))
    below_top = (np.arange(slices * sub_slices)[::-1] + 0.5) * slice_mm / sub_slices
    axes = ((top - below_top).astype(np.float32), _axis(HALF_LENGTH_MM, step), _axis(HALF_WIDTH_MM, step))
    mni = _to_mni(axes, matrix, centre, bend_seed)
    depth = load_atlas().depth.at(mni) * np.float32(scale)
    return Head(axes=axes, sub_slices=sub_slices, mni=mni, depth=depth, scale=scale)


def _to_mni(axes: Axes, matrix: NDArray[np.float64], centre: NDArray[np.float64], bend_seed: int) -> Array:
    """(3, slices, rows, columns) MNI coordinates of a grid: an affine map, then a smooth bend of its own."""
    rng = np.random.default_rng(bend_seed)
    mni = np.empty((3, *(len(axis) for axis in axes)), dtype=np.float32)
    for i in range(3):
        x, y, z = matrix[i].astype(np.float32)
        mni[i] = (z * axes[0])[:, None, None] + (y * axes[1])[:, None] + x * axes[2] + np.float32(centre[i])
        for spacing, spread in BENDS_MM:
            mni[i] += np.float32(spread) * smooth_field(rng, axes, spacing)
    return mni
