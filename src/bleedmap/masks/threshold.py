"""Salient pixels: above a fixed share of the highest saliency (spec 2.3 step 1)."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.masks import ThresholdSpec
from bleedmap.masks import MaskSlices
from bleedmap.masks.region import salient_region


def make_masks(spec: ThresholdSpec, slices: MaskSlices, classifier: SliceClassifier) -> NDArray[np.bool_]:
    """(B, H, W) bool; maps are stretched to [0, 1] already."""
    return salient_region(spec, slices, classifier)
