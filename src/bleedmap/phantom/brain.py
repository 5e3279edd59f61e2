"""The contents of the skull in HU: grey and white matter, fluid, ventricles, and what pushes them aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.atlas import load_atlas
from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import Head

GREY_HU, WHITE_HU, FLUID_HU = 38.0, 29.0, 8.0

Push = Callable[[Array], Array]
"""Takes (3, n) MNI coordinates of the cranium to those of the tissue that lies there now."""


@dataclass(frozen=True)
class Brain:
    """Tissue of one head, all (slices, rows, columns) float32.

    Args:
        hu: HU inside the skull, meaningless outside.
        fluid: share of fluid, 0 to 1.
        ventricle: share of ventricle, 0 to 1.
        white: share of white matter, 0 to 1.
    """

    hu: Array
    fluid: Array
    ventricle: Array
    white: Array


def _widen_ventricles(mni: Array, share: float) -> Array:
    """Draw the tissue outwards from the ventricles by reading the atlas nearer their middle."""
    out = mni.copy()
    for centre, reach in (((0.0, -8.0, 14.0), 34.0), ((0.0, -46.0, -30.0), 14.0)):
        away = mni - np.array(centre, dtype=np.float32)[:, None]
        near = np.exp(-np.sum(away**2, axis=0) / np.float32(2 * reach**2))
        # Mostly sideways: large ventricles are wide rather than tall.
        pull = np.array([1.0, 0.4, 0.6], dtype=np.float32)[:, None] * np.float32(share)
        out -= pull * near * away
    return out


def make_brain(rng: np.random.Generator, head: Head, pushes: Sequence[Push]) -> Brain:
    """Tissue of a head with its own degree of atrophy.

    Args:
        rng: source of this brain's numbers.
        head: where it lies.
        pushes: mass effect of the bleeds, each in turn.
    """
    atrophy = rng.beta(1.6, 2.4)
    inside = head.depth > -1.0
    mni = head.mni[:, inside]
    # Folds vary more than the skull: bent a second time, more finely.
    for axis in range(3):
        mni[axis] += np.float32(1.6) * head.field(rng, 16.0)[inside]
    for push in pushes:
        mni = push(mni)
    mni = _widen_ventricles(mni, 0.05 + 0.4 * atrophy)

    atlas = load_atlas()
    grey, white, region = atlas.grey.at(mni), atlas.white.at(mni), atlas.ventricle.at(mni)
    solid = np.clip(grey + white, 0, 1)
    # A power sharpens what averaging 152 brains has blurred, and its exponent opens or closes the sulci.
    keep = solid ** np.float32(1.6 + 2.0 * atrophy)
    keep = keep * keep * (3 - 2 * keep)
    fluid = 1 - keep
    tissue = (grey * GREY_HU + white * WHITE_HU) / np.maximum(solid, 1e-3)
    tone = head.field(rng, 14.0)[inside] * np.float32(0.9) + np.float32(rng.normal(0, 0.8))
    lucency = soft_step(atlas.ventricle_distance.at(mni) * -1 + np.float32(4 + 8 * atrophy), 4.0) * white
    hu = keep * (tissue + tone - lucency * np.float32(5 * atrophy)) + fluid * FLUID_HU

    def spread(values: Array) -> Array:
        out = np.zeros(head.depth.shape, dtype=np.float32)
        out[inside] = values
        return out

    return Brain(hu=spread(hu), fluid=spread(fluid), ventricle=spread(fluid * region), white=spread(white * keep))
