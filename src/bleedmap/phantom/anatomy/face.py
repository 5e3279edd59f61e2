"""What the skull is wrapped in: scalp with its fat and muscles, face, orbits, ears, hair, and the head rest."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.brush import paint, pair
from bleedmap.phantom.fields import Array, ellipsoid, soft_step

AIR_HU, FAT_HU, MUSCLE_HU, SKIN_HU = -1000.0, -90.0, 52.0, 42.0
SKIN_MM = (2.0, 3.2)


def soft_tissue(rng: np.random.Generator, head: Head, thickness: Array, *, grain: Array, lumps: Array) -> Array:
    """Air, skin, fat and muscle around a skull that is still to be drawn.

    Args:
        rng: source of this face's numbers.
        head: where it lies.
        thickness: mm of bone.
        grain: fine field.
        lumps: coarse field.

    Returns:
        (slices, rows, columns) float32 HU.
    """
    mni, outwards = head.mni, -head.shell
    side, front, up = np.abs(mni[0]), mni[1], mni[2]
    temple = np.exp(-(((front - 8) / 34) ** 2) - ((up + 8) / 26) ** 2) * soft_step(side - 46, 10)
    scalp = thickness + np.float32(rng.uniform(3.2, 7.5)) + 0.5 * lumps + np.float32(rng.uniform(3, 7)) * temple
    skin_edge = np.maximum(scalp - outwards, _face_and_neck(rng, mni) * np.float32(head.scale))
    hu = np.full(outwards.shape, AIR_HU, dtype=np.float32)
    _hair(rng, hu, skin_edge, mni, grain)
    paint(hu, None, soft_step(skin_edge, 0.6), SKIN_HU)
    paint(hu, None, soft_step(skin_edge - np.float32(rng.uniform(*SKIN_MM)), 0.6), FAT_HU + 8 * grain)
    below = soft_step(-up - 22 + 6 * lumps, 10)
    muscle = np.maximum(soft_step(temple - 0.25, 0.1) * soft_step(scalp - 2.5 - outwards, 0.8), below)
    # Sheets of fat part the muscles.
    planes = soft_step(np.abs(head.field(rng, 9.0) + 0.2 * grain) - np.float32(rng.uniform(0.1, 0.4)), 0.2)
    paint(hu, None, muscle * soft_step(skin_edge - 5, 1.5) * planes, MUSCLE_HU + 4 * grain)
    _orbits(rng, hu, head)
    _ears(rng, hu, head)
    return hu


def _face_and_neck(rng: np.random.Generator, mni: Array) -> Array:
    """Soft signed distance, mm, positive inside the face or the neck."""
    broad = rng.uniform(0.9, 1.1)
    face = (1 - ellipsoid(mni, (0, 30, -62), (66 * broad, 62, 62))) * 62
    nose = (1 - ellipsoid(mni, (0, 88, -66), (14, 20, 30))) * 14
    neck = (1 - ellipsoid(mni, (0, -48, -96), (68 * broad, 60, 78))) * 62
    return np.maximum(np.maximum(face, nose), neck)


def _hair(rng: np.random.Generator, hu: Array, skin_edge: Array, mni: Array, grain: Array) -> None:
    """A loose layer of strands above the hair line, in place; some heads have none."""
    if rng.random() < 0.35:
        return
    above = soft_step(mni[2] - 12 + np.clip(mni[1] - 20, 0, 60) * np.float32(0.6), 6)
    layer = soft_step(skin_edge + np.float32(rng.uniform(3, 10)), 3.0) * above * soft_step(grain - 0.7, 0.5)
    paint(hu, None, layer, float(rng.uniform(-900, -700)))


def _orbits(rng: np.random.Generator, hu: Array, head: Head) -> None:
    """Orbital fat, globes with their lenses, and optic nerves, in place."""
    size = rng.uniform(0.92, 1.08)
    for found in pair(head, (28, 52, -42), (19, 30, 17)):
        paint(hu, found.part, found.share(0.06), FAT_HU)
    for found in pair(head, (32, 68, -42), np.array([13, 13, 13]) * size):
        paint(hu, found.part, found.share(0.05), 12.0)
        paint(hu, found.part, soft_step(0.12 - np.abs(found.distance - 1), 0.06), 45.0)
    for found in pair(head, (32, 78, -42), (5, 2.2, 5)):
        paint(hu, found.part, found.share(0.25), 75.0)
    for found in pair(head, (20, 40, -40), (4, 24, 3)):
        paint(hu, found.part, found.share(0.3), 38.0)
    for found in pair(head, (44, 50, -42), (3, 20, 6), yaw=15):
        paint(hu, found.part, found.share(0.3), 48.0)


def _ears(rng: np.random.Generator, hu: Array, head: Head) -> None:
    """Auricles and ear canals, in place."""
    out = rng.uniform(80, 86)
    for found in pair(head, (out, -34, -42), (3, 15, 24), yaw=-25):
        rim = found.share(0.3) * (hu[found.part] < -300)
        paint(hu, found.part, rim, 20.0)
    for found in pair(head, (64, -22, -44), (12, 4, 4)):
        paint(hu, found.part, found.share(0.2), AIR_HU)


def add_head_rest(rng: np.random.Generator, hu: Array, head: Head) -> None:
    """The trough the head lies in, for two scanners in three, in place: a shell, and for some a pad."""
    seen, wide, deep = rng.random() < 0.65, rng.uniform(82, 96), rng.uniform(104, 114)
    low, shell_hu, pad = rng.uniform(10, 50), rng.uniform(-80, 200), rng.random() < 0.5
    if not seen:
        return
    rows, columns = head.axes[1][:, None], head.axes[2]
    ring = (np.hypot(rows / deep, columns / wide) - 1) * wide
    air = hu < -500
    if pad:
        paint(
            hu,
            None,
            soft_step(4 - np.abs(ring + 6), 1) * soft_step(rows - low, 2) * air,
            float(rng.uniform(-970, -900)),
        )
    paint(hu, None, soft_step(1.2 - np.abs(ring), 0.6) * soft_step(rows - low, 2) * air, float(shell_hu))
