"""A stripped brain put back into a made head: skull, orbits, sinus, scalp, neck and air around it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

MARGIN_MM, NECK_MM = 34, 24
SKULL_MM, TABLE_MM, SCALP_MM, NECK_REACH_MM = 6.5, 1.8, 12.0, 32.0
AIR, FAT, MUSCLE, SKIN, GLOBE, MARROW, TABLE = -1000.0, -90.0, 55.0, 40.0, 12.0, 450.0, 1200.0
PSF_MM, NOISE_HU = 0.6, 5.0

Volume = NDArray[np.float32]
Mask = NDArray[np.bool_]


def put_back(hu: NDArray[np.int16], brain: NDArray[np.uint8], slice_mm: int) -> tuple[NDArray[np.int16], Mask]:
    """A head around a brain without one.

    The skull lies on the brain's mask, with a foramen magnum where the mask ends below, a fissure of 5 mm into either
    orbit, orbital roofs of 1.2 mm, and a frontal sinus.

    Args:
        hu: (slices, rows, columns) HU of the brain, voxels of 1 mm.
        brain: same shape, 1 inside.
        slice_mm: thickness of the slices to make, mm.

    Returns:
        (slices, rows, columns) int16 HU with slices of ``slice_mm``, and the true brain, bool.
    """
    margins = ((NECK_MM, MARGIN_MM), (MARGIN_MM, MARGIN_MM), (MARGIN_MM, MARGIN_MM))
    inside = np.pad(brain > 0, margins)
    cord = np.zeros_like(inside)
    cord[:NECK_MM] = inside[NECK_MM]
    head = _around(inside | cord)
    _orbits(head, inside)
    head[cord] = SKIN
    head[inside] = np.pad(hu, margins)[inside]
    head = ndimage.gaussian_filter(head, [0, PSF_MM, PSF_MM])
    slices = len(head) // slice_mm
    thick = head[-slices * slice_mm :].reshape(slices, slice_mm, *head.shape[1:]).mean(axis=1)
    share = inside[-slices * slice_mm :].reshape(slices, slice_mm, *head.shape[1:]).mean(axis=1)
    thick += np.random.default_rng(0).normal(0, NOISE_HU, thick.shape)
    return np.clip(np.rint(thick), -1024, 3071).astype(np.int16), share > 0.5


def _around(inside: Mask) -> Volume:
    """(slices, rows, columns) HU of skull, scalp, neck and air around a brain and its cord."""
    away = ndimage.distance_transform_edt(~inside).astype(np.float32)
    z, row, column = (np.arange(size) for size in inside.shape)
    middle = [int(axis.mean()) for axis in np.nonzero(inside)]
    head = np.full(inside.shape, AIR, dtype=np.float32)
    neck = (z < NECK_MM + 30)[:, None, None] & (row > middle[1] - 10)[:, None] & (away < NECK_REACH_MM)
    head[(away < SCALP_MM) | neck] = SKIN
    head[neck] = MUSCLE
    head[away < SKULL_MM + 2] = FAT
    head[away < SKULL_MM] = MARROW
    head[(away < TABLE_MM) | ((away > SKULL_MM - TABLE_MM) & (away < SKULL_MM))] = TABLE
    front = int(np.nonzero(inside)[1].min())
    brow = (np.abs(column - middle[2]) < 14) & (row < front + 6)[:, None]
    sinus = brow & (np.abs(z - middle[0]) < 12)[:, None, None] & (away > TABLE_MM) & (away < SKULL_MM - TABLE_MM)
    head[sinus] = AIR
    return head


def _orbits(head: Volume, inside: Mask) -> None:
    """Fat, globes, thin roofs and fissures below the front of the brain, in place."""
    _, rows, columns = np.nonzero(inside)
    front, middle = int(rows.min()), int(columns.mean())
    floor = int(np.flatnonzero(inside[:, front : front + 30].any(axis=(1, 2)))[0])
    away = ndimage.distance_transform_edt(~inside)
    z, row, column = np.ogrid[tuple(slice(0, size) for size in inside.shape)]
    for side in (-1, 1):
        up, back, across = z - floor + 14, row - front - 26, column - middle - side * 32
        radius = np.sqrt((up**2) + (back**2) / 1.5 + (across**2))
        head[(radius < 28) & (head == AIR)] = SKIN
        head[(radius < 20) & (away > 1.2)] = TABLE
        head[(radius < 18) & (away > 1.2)] = FAT
        head[np.sqrt((up**2) + ((back + 8) ** 2) + (across**2)) < 12] = GLOBE
        head[(np.hypot(up, across) < 2.5) & (back > 0) & (back < 45) & ~inside & (away < 30)] = SKIN
