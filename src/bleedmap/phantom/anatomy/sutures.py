"""The bones of the vault and the sutures between them: seams in the skull, and walls for an epidural hemorrhage."""

import numpy as np

from bleedmap.phantom.anatomy.head import CRANIUM_CENTRE
from bleedmap.phantom.fields import Array

# Landmarks in MNI mm, right side; the left mirrors it. Great circles join them as seen from the middle of the cranium.
BREGMA, PTERION = (0.0, 22.0, 82.0), (62.0, 14.0, -8.0)
LAMBDA, ASTERION = (0.0, -100.0, 38.0), (58.0, -72.0, -30.0)
# The squamous suture is an arch on the temple.
TEMPLE, TEMPLE_RADIUS = (70.0, -26.0, -24.0), 0.62
BONES = ("frontal", "parietal", "temporal", "occipital")


def direction(mni: Array) -> Array:
    """(3, ...) unit vectors from the middle of the cranium."""
    middle = np.array(CRANIUM_CENTRE, dtype=np.float32).reshape(3, *[1] * (mni.ndim - 1))
    away = mni - middle
    return np.asarray(away / np.maximum(np.sqrt(np.sum(away**2, axis=0)), 1.0), dtype=np.float32)


def unit(place: tuple[float, float, float]) -> Array:
    """(3,) direction of a place, MNI mm, from the middle of the cranium."""
    return direction(np.array(place, dtype=np.float32))


def angle_to(mni: Array, pole: Array) -> Array:
    """(...) angle to a direction, seen from the middle of the cranium, radians."""
    x, y, z = direction(mni)
    return np.asarray(np.arccos(np.clip(pole[0] * x + pole[1] * y + pole[2] * z, -1, 1)), dtype=np.float32)


def _beyond(folded: Array, one: tuple[float, float, float], other: tuple[float, float, float]) -> Array:
    """Angle, radians, to the great circle from one landmark to another; above 0 in front of it."""
    normal = np.cross(unit(one), unit(other))
    normal /= np.linalg.norm(normal)
    height = normal[0] * folded[0] + normal[1] * folded[1] + normal[2] * folded[2]
    return np.asarray(np.arcsin(np.clip(height, -1, 1)), dtype=np.float32)


def bone_margins(mni: Array) -> Array:
    """Angle from each place to the nearest suture of each bone, above 0 inside the bone.

    The two halves of a paired bone count as one; the sagittal suture is the plane of symmetry.

    Args:
        mni: (3, ...) float32 MNI mm.

    Returns:
        (4, ...) float32 radians, in the order of ``BONES``.
    """
    folded = direction(mni)
    folded[0] = np.abs(folded[0])
    before = _beyond(folded, BREGMA, PTERION)
    behind = -_beyond(folded, LAMBDA, ASTERION)
    temple = unit(TEMPLE)
    cosine = temple[0] * folded[0] + temple[1] * folded[1] + temple[2] * folded[2]
    below = np.float32(TEMPLE_RADIUS) - np.arccos(np.clip(cosine, -1, 1))
    frontal = np.minimum(before, -below)
    occipital = np.minimum(behind, -below)
    parietal = np.minimum(np.minimum(-before, -behind), -below)
    return np.stack([frontal, parietal, below, occipital]).astype(np.float32)
