"""What lies around the brain: skull with its tables, the base with its air cells, face, scalp, and air."""

from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.fields import Array, ellipsoid, soft_step
from bleedmap.phantom.head import Head

AIR_HU, FAT_HU, MUSCLE_HU, SKIN_HU = -1000.0, -85.0, 52.0, 35.0
MARROW_HU, TABLE_HU = 520.0, 1250.0


@dataclass(frozen=True)
class Surroundings:
    """HU outside the inner table.

    Args:
        hu: (slices, rows, columns) float32.
        petrous: (slices, rows, columns) float32, closeness to the petrous bones, 0 to 1.
    """

    hu: Array
    petrous: Array


def _paint(hu: Array, share: Array, value: Array | float) -> None:
    """Mix a value into ``hu`` in place, by its share of each voxel."""
    hu += share * (value - hu)


def _both_sides(mni: Array, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Array:
    """Ellipsoid distance to the nearer of a mirrored pair."""
    folded = np.stack([np.abs(mni[0]), mni[1], mni[2]])
    return ellipsoid(folded, centre, radii)


def _face_and_neck(mni: Array) -> Array:
    """Soft signed distance, mm, positive inside the face or the neck."""
    face = (1 - ellipsoid(mni, (0, 30, -62), (66, 64, 62))) * 62
    nose = (1 - ellipsoid(mni, (0, 90, -66), (14, 22, 30))) * 14
    neck = (1 - ellipsoid(mni, (0, -52, -92), (66, 60, 74))) * 62
    return np.maximum(np.maximum(face, nose), neck)


def make_surroundings(rng: np.random.Generator, head: Head) -> Surroundings:
    """Everything outside the inner table of one head."""
    mni, outwards = head.mni, -head.depth
    side, front, up = np.abs(mni[0]), mni[1], mni[2]
    lumps, grain = head.field(rng, 34.0), head.field(rng, 4.0)

    squama = np.exp(-(((front + 5) / 32) ** 2) - ((up + 12) / 22) ** 2) * soft_step(side - 50, 10)
    brow = np.exp(-((side / 26) ** 2) - ((up + 4) / 14) ** 2) * soft_step(front - 50, 10)
    thickness = np.float32(rng.uniform(5.2, 7.5)) + 0.6 * lumps - 2.4 * squama + 4.0 * brow
    scalp = thickness + np.float32(rng.uniform(4.0, 7.5)) + 0.6 * lumps + 5.0 * squama

    skin_edge = np.maximum(scalp - outwards, _face_and_neck(mni) * np.float32(head.scale))
    hu = np.full(mni.shape[1:], AIR_HU, dtype=np.float32)
    _paint(hu, soft_step(skin_edge, 0.8), SKIN_HU)
    _paint(hu, soft_step(skin_edge - 2.0, 0.8), FAT_HU + 8 * grain)
    low = soft_step(-up - 22 + 6 * lumps, 10)
    muscle = np.maximum(soft_step(squama - 0.25, 0.1) * soft_step(scalp - 2.5 - outwards, 0.8), low)
    _paint(hu, muscle * soft_step(skin_edge - 5, 1.5) * soft_step(grain + lumps + 1.2, 0.5), MUSCLE_HU + 4 * grain)

    _orbits(hu, mni)
    _headrest(rng, hu, head)
    tables = np.minimum(outwards, thickness - outwards)
    bone = MARROW_HU + 110 * grain + (TABLE_HU - MARROW_HU) * soft_step(1.9 - tables, 0.7)
    _paint(hu, soft_step(thickness - outwards, 0.6), bone)
    petrous = _base(rng, hu, head, grain=grain, lumps=lumps)
    return Surroundings(hu=hu, petrous=petrous)


def _headrest(rng: np.random.Generator, hu: Array, head: Head) -> None:
    """The trough the head lies in, for two scanners in three, in place."""
    seen, wide, deep = rng.random() < 0.65, rng.uniform(80, 86), rng.uniform(100, 108)
    if seen:
        rows, columns = head.axes[1][:, None], head.axes[2]
        ring = (np.hypot(rows / deep, columns / wide) - 1) * wide
        shell = soft_step(1.2 - np.abs(ring), 0.6) * soft_step(rows - 25, 2)
        hu += shell * (hu < -500) * (np.float32(rng.uniform(-80, 160)) - hu)


def _orbits(hu: Array, mni: Array) -> None:
    """Orbital fat, globes and lenses, in place."""
    cone = _both_sides(mni, (28, 52, -42), (19, 30, 17))
    _paint(hu, soft_step(1 - cone, 0.06), FAT_HU)
    globe = _both_sides(mni, (32, 68, -42), (13, 13, 13))
    _paint(hu, soft_step(1 - globe, 0.05), 12.0)
    _paint(hu, soft_step(0.12 - np.abs(globe - 1), 0.06), 45.0)
    nerve = _both_sides(mni, (20, 40, -40), (4, 24, 3))
    _paint(hu, soft_step(1 - nerve, 0.3), 38.0)


def _base(rng: np.random.Generator, hu: Array, head: Head, *, grain: Array, lumps: Array) -> Array:
    """Bones of the skull base with their air cells, in place; returns closeness to the petrous bones."""
    mni, outwards = head.mni, -head.depth
    up = mni[2]
    outside = soft_step(outwards, 0.5)
    ridges = soft_step(-up - 36, 8) * soft_step(8 + 3 * lumps - outwards, 2.0) * soft_step(grain + 0.4, 0.4)
    _paint(hu, outside * ridges, 800 + 150 * grain)

    # The petrous pyramid points forwards and inwards: turn its axes by 40 degrees.
    c, s = np.float32(np.cos(np.radians(40))), np.float32(np.sin(np.radians(40)))
    x, y = np.abs(mni[0]) - 38, mni[1] + 28
    turned = np.stack([c * x - s * y, s * x + c * y, up + 43])
    pyramid = ellipsoid(turned, (0, 0, 0), (27, 9.5, 12))
    _paint(hu, outside * soft_step(1.1 + 0.1 * lumps - pyramid, 0.12), 1250 + 260 * grain)
    mastoid = _both_sides(mni, (53, -40, -52), (13, 17, 19))
    _paint(hu, outside * soft_step(1 - mastoid, 0.1), 900 + 150 * grain)
    _paint(hu, outside * soft_step(0.85 - mastoid, 0.1) * soft_step(grain - 0.1, 0.4), -800.0)

    clivus = ellipsoid(mni, (0, -4, -48), (20, 20, 18))
    _paint(hu, outside * soft_step(1 - clivus, 0.08), 750 + 160 * grain)
    cells = ellipsoid(mni, (0, 12, -42), (15, 13, 11))
    _paint(hu, outside * soft_step(1 - cells, 0.1), AIR_HU + 60)
    ethmoid = ellipsoid(mni, (0, 46, -46), (13, 28, 17))
    _paint(hu, outside * soft_step(1 - ethmoid, 0.12), np.where(grain > 0.9, 300, AIR_HU + 40))
    maxillary = _both_sides(mni, (30, 42, -84), (16, 18, 18))
    _paint(hu, outside * soft_step(1 - maxillary, 0.1), AIR_HU + 20)
    if rng.random() < 0.75:
        frontal = _both_sides(mni, (11, 71, -14), (12, 4.5, 13))
        _paint(hu, outside * soft_step(outwards - 1.4, 0.5) * soft_step(1.1 + 0.3 * lumps - frontal, 0.15), AIR_HU + 40)
    return np.exp(-((np.maximum(pyramid - 1, 0) / 0.9) ** 2)).astype(np.float32)
