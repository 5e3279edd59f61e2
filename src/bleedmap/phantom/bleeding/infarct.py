"""What the MR variant shows in the place of bleeds: a fresh infarct, bright as on diffusion."""

import numpy as np

from bleedmap.phantom.anatomy.brain import Brain
from bleedmap.phantom.anatomy.confounders import LACUNES, TERRITORIES
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.anatomy.mass_effect import swelling
from bleedmap.phantom.bleeding.bleeds import Plan
from bleedmap.phantom.brush import blob
from bleedmap.phantom.fields import Array, soft_step

TERRITORY_SHARE = 0.6


def plan_infarct(rng: np.random.Generator, head: Head) -> Plan:
    """A fresh infarct: part of a territory, or a small deep one; truth value 1."""
    side, large = float(rng.choice([-1, 1])), rng.random() < TERRITORY_SHARE
    (x, y, z), radii = TERRITORIES[rng.integers(len(TERRITORIES))]
    size = rng.uniform(0.35, 0.9)
    if not large:
        x, y, z = LACUNES[rng.integers(len(LACUNES))]
        radii, size = (7.0, 7.0, 7.0), rng.uniform(0.5, 1.2)
    middle = (np.array([x * side, y, z]) + rng.normal(0, 3, 3)).astype(np.float32)
    grown = np.array(radii) * size
    bays = head.field(rng, 7.0)

    def grow(head: Head, brain: Brain) -> Array:
        share = np.zeros_like(head.depth)
        found = blob(head, middle, grown, margin=1.7)
        inside = found.share(0.15, 0.2 * bays[found.part]) * soft_step(head.depth[found.part] - 1.5, 1.0)
        share[found.part] = inside * (1 - brain.fluid[found.part])
        return share

    return Plan(1, (swelling(middle, float(np.prod(grown) ** (1 / 3)), 0.1),), grow)
