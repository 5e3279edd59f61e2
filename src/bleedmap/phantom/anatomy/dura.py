"""The folds of the dura and the vessels: falx, tentorium, sinuses and arteries, often nearly as dense as blood."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.brush import blob, paint, pair
from bleedmap.phantom.fields import Array, soft_step


def tentorium_height(mni: Array) -> Array:
    """MNI z of the tentorium above each point: a tent that falls to the sides and to the back."""
    x, y = mni[0], mni[1]
    return np.asarray(2 - 0.011 * x**2 + 0.28 * (y + 45), dtype=np.float32)


def add_dura(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Draw falx, tentorium and vessels into HU inside the skull, in place.

    Args:
        rng: source of their density.
        head: where they lie.
        hu: (slices, rows, columns) float32.
    """
    # The dura's own thin lining.
    lining = soft_step(np.float32(rng.uniform(0.3, 1.2)) + 0.4 * head.field(rng, 20.0) - head.depth, 0.6)
    paint(hu, None, lining * np.float32(0.7), 55.0)
    leaf_hu, leaf_mm = rng.uniform(44, 66), rng.uniform(0.7, 1.3)
    # Haematocrit differs from patient to patient; a dense sinus is the classic mimic.
    vessel_hu, sinus_mm = rng.uniform(44, 72), rng.uniform(4.0, 7.0)
    _falx(rng, head, hu, leaf_hu, leaf_mm, vessel_hu, sinus_mm)
    _tentorium(head, hu, leaf_hu, leaf_mm, vessel_hu, sinus_mm)
    _arteries(rng, head, hu, vessel_hu)


def _falx(
    rng: np.random.Generator, head: Head, hu: Array, leaf_hu: float, leaf_mm: float, vessel_hu: float, sinus_mm: float
) -> None:
    part = head.part_around((0, -16, 30), (14, 110, 75))
    mni, depth = head.mni[(slice(None), *part)], head.depth[part]
    side, front, up = np.abs(mni[0] - np.float32(1.2) * head.field(rng, 40.0, part)), mni[1], mni[2]
    above = up - tentorium_height(mni)
    back = soft_step(-front - 35, 6)
    reach = np.float32(18) + np.float32(0.28) * np.clip(50 - front, 0, 110)
    falx = soft_step(leaf_mm - side, 0.5) * soft_step(reach - depth, 3) * soft_step(up + 6, 6)
    falx *= 1 - back * soft_step(-above, 2)
    paint(hu, part, falx * np.float32(0.85), leaf_hu)
    sagittal = soft_step(sinus_mm - depth - 0.9 * side, 1.2) * soft_step(up + 12, 6)
    straight = soft_step(2.6 - np.hypot(side, above - 1), 1.0) * back
    paint(hu, part, np.maximum(sagittal, straight), vessel_hu)


def _tentorium(head: Head, hu: Array, leaf_hu: float, leaf_mm: float, vessel_hu: float, sinus_mm: float) -> None:
    part = head.part_around((0, -65, -20), (80, 55, 50))
    mni, depth = head.mni[(slice(None), *part)], head.depth[part]
    side, front = np.abs(mni[0]), mni[1]
    above = mni[2] - tentorium_height(mni)
    back = soft_step(-front - 35, 6)
    leaf = soft_step(leaf_mm - np.abs(above), 0.6) * back * soft_step(side - np.maximum(22 + (front + 70), 0), 4)
    paint(hu, part, leaf * np.float32(0.85), leaf_hu)
    # One transverse sinus is usually the larger.
    transverse = soft_step(sinus_mm + 1 + np.sign(mni[0]) - depth - 0.7 * np.abs(above + 2), 1.2)
    paint(hu, part, transverse * soft_step(-front - 46, 6), vessel_hu)


def _arteries(rng: np.random.Generator, head: Head, hu: Array, vessel_hu: float) -> None:
    """Carotids, basilar and middle cerebral arteries with their calcified walls, in place."""
    calcified = rng.random() < 0.3
    for found in pair(head, (8, 0, -18), (2.2, 2.2, 7)):
        paint(hu, found.part, found.share(0.3), 180.0 if calcified else vessel_hu)
    basilar = blob(head, (rng.normal(0, 1), -17, -26), (1.9, 1.9, 10))
    paint(hu, basilar.part, basilar.share(0.35), vessel_hu)
    for found in pair(head, (22, 3, -17), (14, 1.5, 1.5), yaw=8):
        paint(hu, found.part, found.share(0.35), vessel_hu)
    vein = blob(head, (0, -42, 6), (2.2, 8, 2.6))
    paint(hu, vein.part, vein.share(0.3), vessel_hu)
