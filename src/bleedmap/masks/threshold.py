"""Salient pixels: above a fixed share of the highest saliency (spec 2.3 step 1)."""

import numpy as np

from bleedmap.config.masks import ThresholdSpec
from bleedmap.masks.mask_slices import Masks, MaskSlices
from bleedmap.masks.region import region_maps, salient_region
from bleedmap.masks.seeds import seeds_of


def make_masks(spec: ThresholdSpec, slices: MaskSlices, classifier: object) -> Masks:
    """The salient region itself, and its seeds where they are asked for."""
    labels = salient_region(spec, slices).astype(np.uint8)
    if spec.seeds_below is None:
        return Masks(labels)
    return Masks(labels, seeds=seeds_of(region_maps(spec, slices), slices.brain, spec.threshold, spec.seeds_below))
