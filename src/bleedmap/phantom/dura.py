"""The folds of the dura and their veins: falx, tentorium and sinuses, often nearly as dense as fresh blood."""

import numpy as np

from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import Head


def _tentorium_height(mni: Array) -> Array:
    """MNI z of the tentorium above each point: a tent that falls to the sides and to the back."""
    x, y = mni[0], mni[1]
    return np.asarray(2 - 0.011 * x**2 + 0.28 * (y + 45), dtype=np.float32)


def add_dura(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Draw falx, tentorium and sinuses into HU inside the skull, in place.

    Args:
        rng: source of their density.
        head: where they lie.
        hu: (slices, rows, columns) float32.
    """
    mni, depth = head.mni, head.depth
    side, front, up = np.abs(mni[0] - 1.2 * head.field(rng, 40.0)), mni[1], mni[2]
    leaf_hu = rng.uniform(42, 62)
    above = up - _tentorium_height(mni)
    back = soft_step(-front - 35, 6)

    # The dura's own thin lining, with the blooming of the bone behind it.
    lining = soft_step(np.float32(rng.uniform(0.5, 1.3)) + 0.4 * head.field(rng, 20.0) - depth, 0.6)
    hu += lining * np.float32(0.8) * (np.float32(58) - hu)
    reach = np.float32(18) + np.float32(0.28) * np.clip(50 - front, 0, 110)
    falx = soft_step(0.9 - side, 0.5) * soft_step(reach - depth, 3) * soft_step(up + 6, 6)
    falx *= 1 - back * soft_step(-above, 2)
    tent = soft_step(0.8 - np.abs(above), 0.5) * back * soft_step(side - np.maximum(22 + (front + 70), 0), 4)
    for leaf in (falx, tent):
        hu += leaf * np.float32(0.85) * (np.float32(leaf_hu) - hu)

    # Haematocrit differs from patient to patient; a dense sinus is the classic mimic.
    blood_hu = np.float32(rng.uniform(44, 70))
    sagittal = soft_step(5.5 - depth - 0.9 * side, 1.2) * soft_step(up + 12, 6)
    transverse = soft_step(6.5 - depth - 0.7 * np.abs(above + 2), 1.2) * soft_step(-front - 46, 6)
    straight = soft_step(2.6 - np.hypot(side, above - 1), 1.0) * back
    arteries = soft_step(2.0 - np.hypot(side - 7, front - 2), 0.8)
    arteries *= soft_step(6 - np.abs(up + 18), 2)
    for vessel in (sagittal, transverse, straight, arteries):
        hu += vessel * (blood_hu - hu)
