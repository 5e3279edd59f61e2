"""One subject's head: a work grid in the scanner's own frame, and where each of its voxels lies in MNI space."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import MM3_PER_ML
from bleedmap.phantom.anatomy.atlas import load_atlas
from bleedmap.phantom.fields import Array, Axes, smooth_field
from bleedmap.phantom.scanner.geometry import ScanGeometry

SUB_SLICE_MM, MOST_SUB_SLICES = 1.6, 6
FINEST_MM, COARSEST_MM = 1.0, 1.8
HALF_WIDTH_MM, HALF_LENGTH_MM = 90.0, 118.0
# Knot distance and spread of the deformations, mm; no bend is larger than BENT_MM.
BENDS_MM = ((55.0, 2.1), (28.0, 0.5))
BENT_MM = 10.0
CRANIUM_CENTRE = (0.0, -16.0, 6.0)
# MNI's head is larger than most: with its fluid 2.2 L against about 1.5 L.
SIZE, SIZE_SPREAD, STRETCH_SPREAD = 0.9, 0.026, 0.024
# Slices rise to the front: the canthomeatal line lies about so to the line between the commissures.
PITCH_DEGREES = 5.0
TIGHT_MM = (0.2, 2.6)
TURN_DEGREES = (6.0, 3.0, 4.5)

Part = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Head:
    """Geometry of one head before any tissue.

    Args:
        axes: positions along (slices, rows, columns) of the scanner, mm about the middle of the brain: up, back, left.
        sub_slices: work slices averaged into one slice of the scan.
        mni: (3, slices, rows, columns) float32 MNI coordinates x right, y front, z up, mm.
        depth: (slices, rows, columns) float32, mm inside the inner table of the skull, negative outside.
        shell: same shape, ``depth`` without the ridges of the inner table: what lies further out follows it.
        scale: mm of this head to one mm of MNI, cube root of the volume ratio.
        voxel_ml: (slices, 1, 1) float32 volume of the work voxels of each work slice, mL.
        to_grid: (3, 3) from MNI mm to (up, back, left) mm, without the bends.
        centre: (3,) MNI mm of the middle of the grid, without the bends.
    """

    axes: Axes
    sub_slices: int
    mni: Array
    depth: Array
    shell: Array
    scale: float
    voxel_ml: Array
    to_grid: NDArray[np.float64]
    centre: NDArray[np.float64]

    def field(self, rng: np.random.Generator, spacing_mm: float, part: Part | None = None) -> Array:
        """A smooth random field over the head, or a part of it (see ``smooth_field``)."""
        axes = self.axes if part is None else tuple(axis[cut] for axis, cut in zip(self.axes, part, strict=True))
        return smooth_field(rng, axes, spacing_mm)  # type: ignore[arg-type]  # three axes, cut or not

    def part_around(
        self, centre: Sequence[float] | NDArray[np.floating], reach_mm: float | Sequence[float] | NDArray[np.floating]
    ) -> Part:
        """The box of the work grid that holds all within a reach of a place.

        Args:
            centre: (3,) MNI mm.
            reach_mm: MNI mm, one for all directions or one each.
        """
        middle = self.to_grid @ (np.asarray(centre, dtype=float) - self.centre)
        reach = np.abs(self.to_grid) @ (np.broadcast_to(np.asarray(reach_mm, dtype=float), 3) + BENT_MM)
        bounds = [np.searchsorted(axis, (m - r, m + r)) for axis, m, r in zip(self.axes, middle, reach, strict=True)]
        up, back, left = (slice(int(low), int(high)) for low, high in bounds)
        return up, back, left

    def volume_ml(self, share: Array) -> float:
        """Volume of a share of the work grid's voxels, mL."""
        return float((share.sum(axis=(1, 2)) * self.voxel_ml[:, 0, 0]).sum())


def _rotation(pitch: float, roll: float, yaw: float) -> NDArray[np.float64]:
    """(3, 3) turn of x right, y front, z up by angles about x, y and z, radians."""
    turn = np.eye(3)
    for axis, angle in enumerate((pitch, roll, yaw)):
        one = np.eye(3)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        one[[i, j], [i, j]] = np.cos(angle)
        one[i, j], one[j, i] = -np.sin(angle), np.sin(angle)
        turn = one @ turn
    return turn


def _axis(half_mm: float, step: float) -> Array:
    count = int(np.ceil(half_mm / step))
    return ((np.arange(2 * count) - count + 0.5) * step).astype(np.float32)


def make_head(rng: np.random.Generator, geometry: ScanGeometry, pixel_mm: float) -> Head:
    """Bend the atlas into a new head: size, proportions, position in the scanner and a smooth deformation.

    Args:
        rng: source of this head's numbers.
        geometry: slices of the scan.
        pixel_mm: pixel size of the scan.
    """
    stretch = rng.normal(SIZE, SIZE_SPREAD) * np.exp(rng.normal(0, STRETCH_SPREAD, 3))
    # One head in ten lies badly.
    turned = np.clip(rng.normal(0, TURN_DEGREES), -18, 18) * (1.8 if rng.random() < 0.1 else 1.0)
    tilt = np.radians(geometry.tilt)
    turn = _rotation(*np.radians(turned + np.array([PITCH_DEGREES - geometry.tilt, 0, 0])))
    shift, above = rng.normal(0, (3.5, 4.0, 1.5)), rng.uniform(9, 17)
    bend_seed = int(rng.integers(2**62))

    # Scanner frame (up, back, left) to right, front, up: a tilted slice falls towards its back.
    scanner = np.array([[0, 0, -1], [0, -np.cos(tilt), 0], [1, -np.sin(tilt), 0]])
    matrix = (turn / stretch[:, None]) @ scanner
    centre = np.array([0.0, -18.0, 0.0]) + shift
    probe = (np.arange(40, 120, 2, dtype=np.float32), _axis(70.0, 6.0), _axis(60.0, 6.0))
    inside = (load_atlas().depth.at(_to_mni(probe, matrix, centre, bend_seed)) > 0).any(axis=(1, 2))
    # The scan ends just above the vertex, past bone and skin; the foot end varies with its length.
    heights = geometry.heights - geometry.heights[-1] + float(probe[0][inside].max()) + above

    sub_slices = int(np.clip(round(float(np.median(geometry.thickness)) / SUB_SLICE_MM), 1, MOST_SUB_SLICES))
    within = (np.arange(sub_slices) + 0.5) / sub_slices - 0.5
    along_couch = (geometry.thickness / np.cos(tilt))[:, None] * within + heights[:, None]
    step = float(np.clip(pixel_mm, FINEST_MM, COARSEST_MM))
    axes = (along_couch.ravel().astype(np.float32), _axis(HALF_LENGTH_MM, step), _axis(HALF_WIDTH_MM, step))
    mni = _to_mni(axes, matrix, centre, bend_seed)
    scale = float(np.prod(stretch) ** (1 / 3))
    # In some heads the brain all but touches the skull.
    depth = (load_atlas().depth.at(mni) - np.float32(rng.uniform(*TIGHT_MM))) * np.float32(scale)
    return Head(
        axes=axes,
        sub_slices=sub_slices,
        mni=mni,
        depth=depth,
        shell=depth.copy(),
        scale=scale,
        voxel_ml=_voxel_ml(geometry, sub_slices, step),
        to_grid=np.linalg.inv(matrix),
        centre=centre,
    )


def _voxel_ml(geometry: ScanGeometry, sub_slices: int, step: float) -> Array:
    """(work slices, 1, 1) mL: each slice stands for half the gap to either neighbour."""
    gaps = geometry.gaps if len(geometry.gaps) else geometry.thickness
    extent = (np.concatenate([gaps[:1], gaps]) + np.concatenate([gaps, gaps[-1:]])) / 2
    volume = np.repeat(extent[: len(geometry.thickness)] / sub_slices, sub_slices) * np.cos(np.radians(geometry.tilt))
    return np.asarray(volume * step**2 / MM3_PER_ML, dtype=np.float32).reshape(-1, 1, 1)


def _to_mni(axes: Axes, matrix: NDArray[np.float64], centre: NDArray[np.float64], bend_seed: int) -> Array:
    """(3, slices, rows, columns) MNI coordinates of a grid: an affine map, then a smooth bend of its own."""
    rng = np.random.default_rng(bend_seed)
    mni = np.empty((3, *(len(axis) for axis in axes)), dtype=np.float32)
    for i in range(3):
        up, back, left = matrix[i].astype(np.float32)
        mni[i] = (up * axes[0])[:, None, None] + (back * axes[1])[:, None] + left * axes[2] + np.float32(centre[i])
        for spacing, spread in BENDS_MM:
            mni[i] += np.float32(spread) * smooth_field(rng, axes, spacing)
    return mni
