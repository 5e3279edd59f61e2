"""Surface elements (surfels): the surface between a mask and its outside, in pieces of known place and area.

A cell is the space between eight neighbouring voxel centres, four of a slice and four of the next. Where some of the
eight lie in the mask and some do not, the surface passes the cell, cut in triangles by marching cubes (Lorensen 1987)
at the middle of the cell's edges. That is the area form of surface Dice (Nikolov 2018) as in DeepMind's package
surface-distance, which the tests hold it against.

The package knows one gap for all slices. Here a cell is the parallelepiped between its eight centres where the scanner
put them: long where slices are missing or far apart, sheared where the gantry was tilted or a slice was shifted; its
triangles are stretched and sheared with it. Past the first and the last slice lies one more, empty, as far off as the
next one on the other side; a lone slice lies between two at 1 mm.
"""

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects
from skimage.measure import marching_cubes

from bleedmap.volumes.geometry import Geometry

CORNERS = 2 ** np.arange(7, -1, -1).reshape(2, 2, 2)  # what each corner in the mask adds to a cell's code
MOST_TRIANGLES = 4


class Surfels(NamedTuple):
    """Pieces of a surface.

    Args:
        places: (n, 3) float64, mm, middle of the cell.
        sizes: (n,) float64, mm2; for a single slice mm of its outline.
    """

    places: NDArray[np.float64]
    sizes: NDArray[np.float64]


def surfels(mask: NDArray[np.bool_], geometry: Geometry) -> Surfels:
    """Cut the surface of a mask.

    Args:
        mask: bool, a scan (slices, rows, columns), or a slice (rows, columns) of which the outline is cut.
        geometry: where the voxels lie; of a slice only rows and columns count.
    """
    box = find_objects(mask.astype(np.uint8))
    if not box:
        return Surfels(np.empty((0, 3)), np.empty(0))
    inside, levels = _stack(mask[box[0]], geometry, box[0])
    cells = np.zeros(np.subtract(inside.shape, 1), dtype=np.uint8)
    for corner in product((0, 1), repeat=3):
        part = tuple(slice(start, start + length) for start, length in zip(corner, cells.shape, strict=True))
        cells += (inside[part] * CORNERS[corner]).astype(np.uint8)
    at = np.argwhere((cells > 0) & (cells < CORNERS.sum()))
    first = np.array([part.start for part in box[0][-2:]])
    plane = np.stack([geometry.row_step, geometry.column_step])
    middles = (levels[:-1] + levels[1:]) / 2
    areas = _areas(np.diff(levels, axis=0), *plane)
    places = middles[at[:, 0]] + (at[:, 1:] + first - 0.5) @ plane
    return Surfels(places, areas[at[:, 0], cells[tuple(at.T)]])


def _stack(
    mask: NDArray[np.bool_], geometry: Geometry, box: tuple[slice, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """A mask with a rim of outside, and (slices of that, 3) origins of its slices."""
    if mask.ndim == 2:
        # the walls of a slab 1 mm thick have as many mm2 as the outline has mm
        rim = np.pad(mask, 1)
        return np.stack([rim, rim]), np.stack([np.zeros(3), geometry.normal])
    origins = geometry.origins
    steps = np.diff(origins, axis=0) if len(origins) > 1 else geometry.normal[None]
    levels = np.concatenate([[origins[0] - steps[0]], origins, [origins[-1] + steps[-1]]])
    return np.pad(mask, 1), levels[box[0].start : box[0].stop + 2]


def _areas(
    steps: NDArray[np.float64], row_step: NDArray[np.float64], column_step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(layers, codes) mm2 of the surface in a cell; ``steps``: (layers, 3) from each slice to the next."""
    flat = np.broadcast_to(np.cross(row_step, column_step), steps.shape)
    sides = np.stack([flat, np.cross(column_step, steps), np.cross(steps, row_step)], axis=1)
    triangles = np.einsum("ctj,ljx->lctx", _triangles(), sides)
    return np.asarray(np.linalg.norm(triangles, axis=-1).sum(axis=-1))


@cache
def _triangles() -> NDArray[np.float64]:
    """(codes, triangles, 3) vector area of every triangle in a cell with edges of 1; zero where there is none."""
    vectors = np.zeros((CORNERS.sum() + 1, MOST_TRIANGLES, 3))
    for code in range(1, CORNERS.sum()):
        corners = (code & CORNERS) > 0
        # a mask and its outside share one surface, which is drawn around the fewer corners
        few = corners if np.count_nonzero(corners) <= 4 else ~corners
        points, faces, *_ = marching_cubes(few.astype(np.float64), 0.5, method="lorensen", allow_degenerate=False)
        edges = np.diff(points[faces], axis=1)
        vectors[code, : len(faces)] = np.cross(edges[:, 0], edges[:, 1]) / 2
    return vectors
