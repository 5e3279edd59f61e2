"""The vault of the skull: outer and inner table, diploe between them, sutures."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.anatomy.sutures import BONES, bone_margins
from bleedmap.phantom.fields import Array, soft_step

SEAM_RADIANS = 0.014


def vault_thickness(rng: np.random.Generator, head: Head, lumps: Array) -> Array:
    """(slices, rows, columns) float32 mm of bone from the inner to the outer table, by where it lies.

    Args:
        rng: source of this skull's numbers.
        head: where it lies.
        lumps: field of the skull's unevenness.
    """
    side, front, up = np.abs(head.mni[0]), head.mni[1], head.mni[2]
    usual = rng.normal(6.3, 1.2)
    squama = np.exp(-(((front + 5) / 32) ** 2) - ((up + 12) / 22) ** 2) * soft_step(side - 50, 10)
    brow = np.exp(-((side / 30) ** 2) - ((up + 6) / 16) ** 2) * soft_step(front - 50, 10)
    occiput = np.exp(-((side / 20) ** 2) - ((up + 10) / 26) ** 2) * soft_step(-front - 70, 10)
    thick = np.float32(np.clip(usual, 4.2, 10.0)) + np.float32(0.7) * lumps - np.float32(2.6) * squama
    thick += np.float32(rng.uniform(2, 6)) * brow + np.float32(rng.uniform(1, 5)) * occiput
    # Roofs of the orbits and floors of the fossae are thin; below the foramen magnum there is no skull.
    floor = soft_step(-up - 14, 8) * soft_step(62 - side, 8)
    thick *= 1 - np.float32(0.5) * floor
    return np.asarray(np.maximum(thick, 2.0) * soft_step(up + 70, 5), dtype=np.float32)


def paint_vault(rng: np.random.Generator, hu: Array, head: Head, thickness: Array, grain: Array) -> None:
    """Draw the bone around the brain, in place.

    Args:
        rng: source of its densities.
        hu: (slices, rows, columns) float32.
        head: where it lies.
        thickness: mm of bone.
        grain: fine field, the mottle of the marrow.
    """
    outwards = -head.shell
    marrow, table = rng.uniform(280, 750), rng.uniform(1050, 1500)
    outer, inner = rng.uniform(1.4, 2.2), rng.uniform(1.1, 1.8)
    wavy = head.field(rng, 5.0)
    near = (head.depth < 2) & (outwards < thickness + 2)
    away, thick, mottle = outwards[near], thickness[near], grain[near]
    compact = np.maximum(soft_step(inner - away, 0.6), soft_step(outer - (thick - away), 0.6))
    bone = np.float32(marrow) + np.float32(140) * mottle
    bone += compact * (np.float32(table) + np.float32(50) * mottle - bone)
    bone += _seams(head.mni[:, near], wavy[near]) * (np.float32(rng.uniform(60, 400)) - bone)
    values = hu[near]
    values += soft_step(thick - away, 0.6) * (bone - values)
    hu[near] = values


def _seams(mni: Array, wavy: Array) -> Array:
    """(n,) share of suture: places that lie well inside no bone, and the midline between the parietals."""
    margins = bone_margins(mni)
    line = soft_step(np.float32(SEAM_RADIANS) - np.abs(margins.max(axis=0) + np.float32(0.012) * wavy), 0.008)
    middle = soft_step(1.0 - np.abs(mni[0] + wavy), 0.6) * soft_step(margins[BONES.index("parietal")], 0.02)
    return np.asarray(np.maximum(line, middle) * soft_step(mni[2] + 20, 5), dtype=np.float32)
