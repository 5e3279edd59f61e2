"""The salient region that masks begin with: pixels above a share of the highest saliency (spec 2.3 step 1)."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import RegionSpec
from bleedmap.masks.mask_slices import ANY, MaskSlices


def salient_region(spec: RegionSpec, slices: MaskSlices) -> NDArray[np.bool_]:
    """Pixels of the brain above ``spec.threshold``.

    Stretched maps reach 1 on every slice that has any saliency; with ``normalise: volume`` the values from before are
    measured against the highest one of all these slices, which belong to one scan.

    Args:
        spec: share, and of whose maximum.
        slices: slices of one scan.

    Returns:
        (B, H, W) bool.
    """
    maps = slices.saliency
    if spec.normalise == "volume":
        highest = float(slices.peaks(ANY).max(initial=0))
        maps = slices.absolute(ANY) / np.float32(highest if highest > 0 else 1.0)
    return np.asarray((maps > spec.threshold) & slices.brain)
