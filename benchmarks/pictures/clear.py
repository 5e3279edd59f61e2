"""Which phantom slices are worth learning from: those that bleed clearly, and healthy ones."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from benchmarks.pictures.phantom_slices import Slices

# What is smaller, thinner or fainter teaches a network to see what nobody sees: a bleed in every bright rim.
LEAST_BLOOD_MM2, LEAST_THICKNESS_MM, LEAST_CONTRAST_HU = 150.0, 11.0, 10.0


def split(slices: Slices) -> tuple[Slices, Slices]:
    """Training and validation slices: every seventh subject validates.

    Slices with a trace or a film of blood, or with blood as grey as the brain, are left out.
    """
    clear = (slices.blood_mm2 >= LEAST_BLOOD_MM2) & (slices.contrast_hu >= LEAST_CONTRAST_HU)
    clear &= thickness_mm(slices) >= LEAST_THICKNESS_MM
    usable = slices.take((slices.blood_mm2 == 0) | clear)
    held = usable.subject % 7 == 3
    return usable.take(~held), usable.take(held)


def thickness_mm(slices: Slices) -> NDArray[np.float32]:
    """(n,) diameter of the largest circle that the blood of each slice holds, mm; 0 without blood."""
    radius = [distance_transform_edt(np.pad(blood, 1)).max() if blood.any() else 0 for blood in slices.truth > 0]
    return np.asarray(2 * np.array(radius) * slices.pixel_mm, dtype=np.float32)
