"""Intraparenchymal hemorrhage: lumpy clots in deep or lobar tissue, a wet rim, and tissue pushed aside."""

from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.anatomy.brain import Brain
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.anatomy.mass_effect import midline_shift, swelling
from bleedmap.phantom.bleeding.bleeds import Plan
from bleedmap.phantom.fields import Array, soft_step

# Centre in MNI mm (x mirrored at random), its spread, weight, and largest volume in mL. Low and high sites weigh more
# than in life, so that the height of a slice tells less about its label.
SITES = (
    ((27.0, 0.0, 4.0), 4.0, 0.18, 120.0),
    ((13.0, -19.0, 8.0), 2.5, 0.08, 25.0),
    ((36.0, 34.0, 18.0), 8.0, 0.06, 100.0),
    ((38.0, -52.0, 24.0), 9.0, 0.06, 100.0),
    ((46.0, -18.0, -14.0), 6.0, 0.10, 60.0),
    ((24.0, -84.0, 6.0), 7.0, 0.06, 60.0),
    ((50.0, -60.0, 4.0), 7.0, 0.06, 60.0),
    ((26.0, -20.0, 60.0), 8.0, 0.16, 80.0),
    ((22.0, 24.0, 54.0), 7.0, 0.12, 80.0),
    ((22.0, -60.0, -44.0), 7.0, 0.22, 30.0),
    ((0.0, -27.0, -36.0), 4.0, 0.08, 8.0),
)
# Contusions lie where the brain strikes the skull: frontal and temporal poles.
CONTUSIONS = ((26.0, 50.0, -8.0), (42.0, 10.0, -28.0), (54.0, -22.0, -16.0), (18.0, 58.0, 12.0))
CONTUSED_SHARE, GIVE = 0.18, 0.4


@dataclass(frozen=True)
class Clot:
    """One lump of blood.

    Args:
        middle: (3,) MNI mm.
        radius: MNI mm.
        squash: (3,) factors on the radius along the axes, of product 1.
    """

    middle: Array
    radius: float
    squash: Array

    def distance(self, mni: Array) -> Array:
        """Distance from the middle, MNI mm, as if the clot were round."""
        squared = sum(((mni[i] - self.middle[i]) / self.squash[i]) ** 2 for i in range(3))
        return np.asarray(np.sqrt(squared), dtype=np.float32)


def _clot(rng: np.random.Generator, head: Head, place: tuple[float, float, float], spread: float, ml: float) -> Clot:
    middle = np.array(place) + rng.normal(0, spread, 3)
    squash = np.exp(rng.normal(0, 0.24, 3))
    radius = (3000 * ml / (4 * np.pi)) ** (1 / 3) / head.scale
    return Clot(middle.astype(np.float32), float(radius), (squash / np.prod(squash) ** (1 / 3)).astype(np.float32))


def _clots(rng: np.random.Generator, head: Head, volume_ml: float) -> list[Clot]:
    """One clot at a usual site, sometimes with a smaller one beside it; or several contusions."""
    side = float(rng.choice([-1, 1]))
    if rng.random() < CONTUSED_SHARE:
        parts = rng.dirichlet(np.full(int(rng.integers(2, 5)), 2.0)) * min(volume_ml, 40.0)
        places = [CONTUSIONS[number] for number in rng.permutation(len(CONTUSIONS))[: len(parts)]]
        return [
            _clot(rng, head, (x * side, y, z), 4.0, max(float(ml), 0.4))
            for (x, y, z), ml in zip(places, parts, strict=True)
        ]
    weights = np.array([site[2] for site in SITES])
    (x, y, z), spread, _, largest = SITES[rng.choice(len(SITES), p=weights / weights.sum())]
    first = _clot(rng, head, (x * side, y, z), spread, min(volume_ml, largest))
    if rng.random() > 0.25:
        return [first]
    way = rng.normal(0, 1, 3)
    beside = first.middle + first.radius * rng.uniform(0.7, 1.1) * way / np.linalg.norm(way)
    return [first, _clot(rng, head, tuple(beside), 0.0, 0.25 * volume_ml)]


def plan_parenchymal(rng: np.random.Generator, head: Head, volume_ml: float) -> Plan:
    """Place the clots; see ``plan_bleed``."""
    clots = _clots(rng, head, volume_ml)
    largest = clots[0]
    lumpiness = float(np.clip(rng.uniform(0.03, 0.22) + 0.0012 * volume_ml, 0, 0.36))
    lobes = float(np.clip(largest.radius * head.scale * rng.uniform(0.5, 0.8), 3.0, 14.0))
    rim, softness = rng.uniform(2, 9), rng.uniform(0.7, 2.6)
    # Noise bulges more than it dents: the cube of the radius counts.
    fit = (1 + 3 * lumpiness**2) ** (-1 / 3)
    coarse, fine = head.field(rng, lobes), head.field(rng, max(lobes / 2.5, 2.5))
    ragged = np.float32(lumpiness) * (coarse + np.float32(0.4) * fine)
    pushes = [swelling(clot.middle, clot.radius, GIVE) for clot in clots]
    side = float(np.sign(largest.middle[0])) if abs(largest.middle[0]) > 8 else 0.0

    def grow(head: Head, brain: Brain) -> Array:
        edge = np.max([c.radius * (fit + ragged) - c.distance(head.mni) for c in clots], axis=0).astype(np.float32)
        clot = soft_step(edge, softness) * soft_step(head.depth - 2.0, 1.0)
        clot *= 1 - soft_step(brain.ventricle - 0.45, 0.2)
        wet = soft_step(edge + np.float32(rim), 2.5) * (1 - clot)
        fall = np.float32(9.0) * wet * (0.35 + 0.65 * brain.white) * (1 - brain.fluid)
        brain.hu[...] -= fall * soft_step(head.depth - 1.0, 1.0)
        return clot

    return Plan(1, (*pushes, midline_shift(rng, side, volume_ml)), grow)
