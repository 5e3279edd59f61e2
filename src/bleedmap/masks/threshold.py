"""Salient pixels: above a fixed share of the slice's highest saliency (spec 2.3 step 1)."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import ThresholdSpec
from bleedmap.masks import MaskSlices


def make_masks(spec: ThresholdSpec, slices: MaskSlices, classifier: object) -> NDArray[np.bool_]:
    """(B, H, W) bool; maps are stretched to [0, 1] already."""
    return (slices.saliency > spec.above) & slices.brain
