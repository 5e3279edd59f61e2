"""The contents of the skull in HU: grey and white matter, fluid, ventricles, and what pushes them aside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.anatomy.atlas import CANAL_SLOPE, FORAMEN, load_atlas
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array, soft_step

GREY_HU, WHITE_HU, FLUID_HU, CORD_HU = 38.0, 29.0, 8.0, 34.0
LATERAL, FOURTH = (0.0, -8.0, 14.0), (0.0, -46.0, -30.0)

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


def _widen_ventricles(mni: Array, share: float, lean: float) -> Array:
    """Draw the tissue outwards from the ventricles by reading the atlas nearer their middle.

    Args:
        mni: (3, n) MNI mm.
        share: how much wider, 0 to 0.7.
        lean: how much more on the right than on the left, -1 to 1.
    """
    out = mni.copy()
    # Mostly sideways: large ventricles are wide rather than tall.
    pull = np.array([1.0, 0.4, 0.6], dtype=np.float32)[:, None] * np.float32(share)
    for centre, reach, leaning in ((LATERAL, 34.0, lean), (FOURTH, 14.0, 0.0)):
        away = mni - np.array(centre, dtype=np.float32)[:, None]
        near = np.exp(-np.sum(away**2, axis=0) / np.float32(2 * reach**2))
        near *= 1 + np.float32(leaning) * np.tanh(away[0] / 8)
        out -= pull * near * away
    return out


def make_brain(rng: np.random.Generator, head: Head, pushes: Sequence[Push]) -> Brain:
    """Tissue of a head with its own degree of atrophy.

    Args:
        rng: source of this brain's numbers.
        head: where it lies.
        pushes: mass effect, each in turn.
    """
    atrophy = rng.beta(1.4, 2.2)
    # Ventricles follow the sulci loosely; a few subjects have hydrocephalus.
    widening = 0.05 + 0.32 * atrophy + rng.uniform(0, 0.16) + (0.2 if rng.random() < 0.07 else 0.0)
    lean = float(np.clip(rng.normal(0, 0.22), -0.6, 0.6))
    levels = rng.normal(0, (1.1, 0.9, 0.8, 2.0))
    grey_hu, white_hu, fluid_hu = np.array([GREY_HU, WHITE_HU, FLUID_HU]) + levels[0] + levels[1:]
    inside = head.depth > -1.0
    mni = head.mni[:, inside]
    # Folds vary more than the skull: bent a second time, more finely.
    for axis in range(3):
        mni[axis] += np.float32(1.9) * head.field(rng, 16.0)[inside]
    for push in pushes:
        mni = push(mni)
    mni = _widen_ventricles(mni, widening, lean)

    atlas = load_atlas()
    grey, white, region = atlas.grey.at(mni), atlas.white.at(mni), atlas.ventricle.at(mni)
    solid = np.clip(grey + white, 0, 1)
    # A power sharpens what averaging 152 brains has blurred, and its exponent opens or closes the sulci.
    opened = np.float32(1.5 + 2.3 * atrophy) * (1 + np.float32(0.22) * head.field(rng, 22.0)[inside])
    keep = solid ** np.maximum(opened, np.float32(0.9))
    keep = keep * keep * (3 - 2 * keep)
    tissue = (grey * np.float32(grey_hu) + white * np.float32(white_hu)) / np.maximum(solid, np.float32(1e-3))
    tone = head.field(rng, 14.0)[inside] * np.float32(0.9)
    lucency = soft_step(np.float32(3 + 9 * atrophy) - atlas.ventricle_distance.at(mni), 4.0) * white
    tissue += tone - lucency * np.float32(5 * atrophy)
    cord = _cord(mni)
    keep, tissue = np.maximum(keep, cord), tissue + cord * (np.float32(CORD_HU) - tissue)
    hu = keep * tissue + (1 - keep) * np.float32(fluid_hu)

    def spread(values: Array) -> Array:
        out = np.zeros(head.depth.shape, dtype=np.float32)
        out[inside] = values
        return out

    return Brain(
        hu=spread(hu), fluid=spread(1 - keep), ventricle=spread((1 - keep) * region), white=spread(white * keep)
    )


def _cord(mni: Array) -> Array:
    """(n,) share of spinal cord in the canal below the foramen magnum, where the atlas ends."""
    below = np.float32(FORAMEN[2]) - mni[2]
    away = np.hypot(mni[0], (mni[1] - np.float32(FORAMEN[1]) + np.float32(CANAL_SLOPE) * below) * np.float32(1.2))
    return soft_step(np.float32(5.5) - away, 1.0) * soft_step(below - 2, 3.0)
