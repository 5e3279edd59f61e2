"""Fresh blood by its HU alone: the baseline that learns nothing."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import HuThresholdSpec
from bleedmap.masks import MaskSlices


def make_masks(spec: HuThresholdSpec, slices: MaskSlices, classifier: object) -> NDArray[np.bool_]:
    """(B, H, W) bool: brain voxels from ``low`` to ``high`` HU."""
    return (slices.hu >= spec.low) & (slices.hu <= spec.high) & slices.brain
