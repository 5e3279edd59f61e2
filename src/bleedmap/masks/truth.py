"""The drawn truth as a mask: the supervised baseline's training data."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import TruthSpec
from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.masks.mask_slices import Masks, MaskSlices


def make_masks(spec: TruthSpec, slices: MaskSlices, classifier: object) -> Masks:
    """The truth with its subtypes; slices that nobody drew are unknown throughout."""
    drawn = np.zeros(len(slices.hu), dtype=bool) if slices.drawn is None else slices.drawn
    labels = np.full(slices.hu.shape, UNKNOWN_VOXEL, dtype=np.uint8)
    if drawn.any():
        labels[drawn] = cast("NDArray[np.uint8]", slices.truth)[drawn]
    return Masks(labels)
