"""Everything outside the inner table of one head."""

from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.anatomy.base import paint_base
from bleedmap.phantom.anatomy.face import add_head_rest, soft_tissue
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.anatomy.skull import paint_vault, vault_thickness
from bleedmap.phantom.fields import Array


@dataclass(frozen=True)
class Surroundings:
    """HU outside the inner table.

    Args:
        hu: (slices, rows, columns) float32.
        petrous: (slices, rows, columns) float32, closeness to the petrous bones, 0 to 1.
    """

    hu: Array
    petrous: Array


def make_surroundings(rng: np.random.Generator, head: Head, *, head_rest: bool = True) -> Surroundings:
    """Bone, air cells, face, scalp and air of one head, and what it lies in, which MR does not show."""
    lumps, grain = head.field(rng, 34.0), head.field(rng, 4.0)
    thickness = vault_thickness(rng, head, lumps)
    hu = soft_tissue(rng, head, thickness, grain=grain, lumps=lumps)
    if head_rest:
        add_head_rest(rng, hu, head)
    paint_vault(rng, hu, head, thickness, grain)
    return Surroundings(hu, paint_base(rng, hu, head, grain=grain, lumps=lumps))
