"""The drawn truth as a mask: the supervised baseline's training data."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import TruthSpec
from bleedmap.masks import MaskSlices


def make_masks(spec: TruthSpec, slices: MaskSlices, classifier: object) -> NDArray[np.bool_]:
    """(B, H, W) bool: any hemorrhage."""
    return slices.truth > 0
