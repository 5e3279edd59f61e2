"""Intraparenchymal hemorrhage: a lumpy clot in deep or lobar tissue, a wet rim, and tissue pushed aside."""

from collections.abc import Callable

import numpy as np

from bleedmap.phantom.brain import Brain, Push
from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import Head

# Centre in MNI mm (x mirrored at random), its spread, weight, and largest volume in mL.
SITES = (
    ((27.0, 0.0, 4.0), 4.0, 0.32, 60.0),
    ((13.0, -19.0, 8.0), 2.5, 0.18, 18.0),
    ((36.0, 34.0, 18.0), 8.0, 0.12, 60.0),
    ((38.0, -52.0, 24.0), 9.0, 0.14, 60.0),
    ((46.0, -18.0, -12.0), 6.0, 0.10, 40.0),
    ((22.0, -62.0, -36.0), 5.0, 0.09, 25.0),
    ((0.0, -27.0, -30.0), 2.0, 0.05, 7.0),
)


def plan_parenchymal(rng: np.random.Generator, head: Head, share: float) -> tuple[Push, Callable[[Head, Brain], Array]]:
    """Place one clot; returns its mass effect and the function that grows it."""
    weights = np.array([site[2] for site in SITES])
    site, spread, _, largest = SITES[rng.choice(len(SITES), p=weights / weights.sum())]
    middle = (np.array(site) * [rng.choice([-1, 1]), 1, 1] + rng.normal(0, spread, 3)).astype(np.float32)
    volume_ml = float(np.clip(share * rng.lognormal(3.0, 0.7), 3.0, largest))
    radius = (3000 * volume_ml / (4 * np.pi)) ** (1 / 3) / head.scale
    squash = np.exp(rng.normal(0, 0.22, 3))
    squash = (squash / np.prod(squash) ** (1 / 3)).astype(np.float32)
    lumpiness, lobes, rim = rng.uniform(0.14, 0.32), radius * head.scale * rng.uniform(0.5, 0.8), rng.uniform(3, 8)

    def distance(mni: Array) -> Array:
        offset = (mni - middle.reshape(3, *[1] * (mni.ndim - 1))) / squash.reshape(3, *[1] * (mni.ndim - 1))
        return np.asarray(np.sqrt(np.sum(offset**2, axis=0)), dtype=np.float32)

    def push(mni: Array) -> Array:
        away = distance(mni)
        # What lay nearer is now further out; the effect dies off over two centimetres.
        give = 0.4 * np.exp(-np.maximum(away - radius, 0) / 18) * np.minimum(away / radius, 1)
        give *= np.minimum(radius / np.maximum(away, 1), 1)
        offset = mni - middle[:, None]
        return np.asarray(mni - offset * give.astype(np.float32), dtype=np.float32)

    noise = head.field(rng, lobes)
    softness = rng.uniform(0.8, 2.5)

    def grow(head: Head, brain: Brain) -> Array:
        edge = radius * (1 + lumpiness * noise) - distance(head.mni)
        clot = soft_step(edge.astype(np.float32), softness) * soft_step(head.depth - 2.0, 1.0)
        wet = soft_step((edge + rim).astype(np.float32), 2.5) * (1 - clot)
        fall = np.float32(9.0) * wet * (0.35 + 0.65 * brain.white) * (1 - brain.fluid)
        brain.hu[...] -= fall * soft_step(head.depth - 1.0, 1.0)
        return clot

    return push, grow
