"""What a mass does to the brain around it: the midline gives way under the falx."""

import numpy as np

from bleedmap.phantom.anatomy.brain import Push
from bleedmap.phantom.fields import Array

# A shift begins above FREE_ML and grows by MM_PER_ML up to MOST_MM.
FREE_ML, MM_PER_ML, MOST_MM = 8.0, 0.11, 12.0
MIDDLE, REACH_MM = (0.0, -10.0, 12.0), (34.0, 52.0, 32.0)


def midline_shift(rng: np.random.Generator, side: float, volume_ml: float) -> Push:
    """Push the middle of the brain away from a mass; the falx stays.

    Args:
        rng: source of how stiff this brain is.
        side: 1 for a mass on the right, -1 on the left, 0 for one in the middle.
        volume_ml: of the mass.
    """
    shift_mm = min(MOST_MM, MM_PER_ML * max(0.0, volume_ml - FREE_ML)) * rng.uniform(0.4, 1.2) * np.sign(side)

    def push(mni: Array) -> Array:
        away = [((mni[i] - np.float32(MIDDLE[i])) / np.float32(REACH_MM[i])) ** 2 for i in range(3)]
        out = mni.copy()
        out[0] += np.float32(shift_mm) * np.exp(-(away[0] + away[1] + away[2]))
        return out

    return push


def swelling(middle: Array, radius_mm: float, give: float) -> Push:
    """Push tissue outwards from a round mass; the effect dies off over two centimetres.

    Args:
        middle: (3,) MNI mm.
        radius_mm: MNI mm.
        give: 0 leaves the tissue where it is, towards 1 the mass only displaces it.
    """

    def push(mni: Array) -> Array:
        offset = mni - middle[:, None]
        away = np.sqrt(np.sum(offset**2, axis=0))
        near = np.float32(give) * np.exp(-np.maximum(away - radius_mm, 0) / np.float32(18))
        near *= np.minimum(away / radius_mm, 1) * np.minimum(radius_mm / np.maximum(away, 1), 1)
        return np.asarray(mni - offset * near, dtype=np.float32)

    return push
