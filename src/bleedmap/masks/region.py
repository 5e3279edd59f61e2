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
    return np.asarray((region_maps(spec, slices) > spec.threshold) & slices.brain)


def region_maps(spec: RegionSpec, slices: MaskSlices) -> NDArray[np.float32]:
    """(B, H, W) saliency as shares of the highest one that ``spec.normalise`` names."""
    if spec.normalise == "slice":
        return slices.saliency
    highest = float(slices.peaks(ANY).max(initial=0))
    return slices.absolute(ANY) / np.float32(highest if highest > 0 else 1.0)
