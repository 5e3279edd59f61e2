"""Fresh blood by its HU alone: the baseline that learns nothing."""

import numpy as np

from bleedmap.config.masks import HuThresholdSpec
from bleedmap.masks.mask_slices import Masks, MaskSlices


def make_masks(spec: HuThresholdSpec, slices: MaskSlices, classifier: object) -> Masks:
    """Brain voxels from ``low`` to ``high`` HU."""
    return Masks(((slices.hu >= spec.low) & (slices.hu <= spec.high) & slices.brain).astype(np.uint8))
