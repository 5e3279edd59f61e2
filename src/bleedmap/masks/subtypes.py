"""Masks of subtypes: of the classes that a slice holds, each pixel has the one with the highest map (paper 003).

Algorithm 1 of the paper (appendix A; spec 4.8).
"""

import numpy as np

from bleedmap.config.masks import SubtypesSpec
from bleedmap.constants import SUBTYPES
from bleedmap.masks.mask_slices import Masks, MaskSlices

HIGHEST = 255  # maps are in steps of a byte, as in the paper


def make_masks(spec: SubtypesSpec, slices: MaskSlices, classifier: object) -> Masks:
    """Labels 1 to 5 where the map of a class that the slice holds is above its level; of equal maps the first class."""
    highest = np.zeros(slices.hu.shape, dtype=np.uint8)
    labels = np.zeros(slices.hu.shape, dtype=np.uint8)
    for label, name in enumerate(SUBTYPES, start=1):
        if name not in slices.classes:
            continue
        number = slices.classes.index(name)
        heat = np.rint(HIGHEST * slices.map_of(number)).astype(np.uint8)
        above = (heat > getattr(spec.levels, name)) & (heat > highest) & slices.brain
        if slices.told is not None:
            above &= slices.told[:, number, None, None]
        labels[above] = label
        highest[above] = heat[above]
    return Masks(labels)
