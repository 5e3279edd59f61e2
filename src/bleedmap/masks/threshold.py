"""Salient pixels: above a fixed share of the highest saliency (spec 2.3 step 1)."""

import numpy as np

from bleedmap.config.masks import ThresholdSpec
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.masks.region import salient_region


def make_masks(spec: ThresholdSpec, slices: MaskSlices, classifier: object) -> Masks:
    """The salient region itself."""
    return Masks(salient_region(spec, slices).astype(np.uint8))
