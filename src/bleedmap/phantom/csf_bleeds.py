"""Blood in fluid: intraventricular, sunk to the back of the ventricles; subarachnoid, in sulci and cisterns."""

from collections.abc import Callable

import numpy as np

from bleedmap.phantom.brain import Brain
from bleedmap.phantom.fields import Array, ellipsoid, soft_step
from bleedmap.phantom.head import Head


def grow_intraventricular(rng: np.random.Generator, head: Head, share: float) -> Callable[[Head, Brain], Array]:
    """Fill the ventricles from behind, up to a level of their own on each side."""
    both = rng.random() < 0.6
    fill = np.clip(rng.uniform(0.2, 0.85) * np.sqrt(share), 0.12, 0.95)
    sides = {1: fill, -1: fill * rng.uniform(0.3, 1.0) if both else 0.0}
    turn = rng.choice([-1, 1])
    midline = rng.random() < 0.5 * fill + 0.2
    clumps = head.field(rng, 7.0)

    def grow(head: Head, brain: Brain) -> Array:
        room = soft_step(brain.ventricle - 0.35, 0.25)
        x, up = head.mni[0], head.mni[2]
        # A supine patient's blood sinks to the back: rows grow towards the back.
        behind = np.broadcast_to(head.axes[1][:, None], room.shape)
        blood = np.zeros_like(room)
        mid = (np.abs(x) < 5) & (up < 12)
        for side, level in sides.items():
            here = (x * side * turn > 0) & ~mid & (room > 0.5)
            if level <= 0 or not here.any():
                continue
            surface = float(np.quantile(behind[here], 1 - level))
            wet = soft_step(behind - surface + 1.5 * clumps, 1.5)
            blood = np.where((x * side * turn > 0) & ~mid, wet, blood)
        if midline:
            blood = np.where(mid, soft_step(clumps + 1.0, 0.4), blood)
        return np.asarray(room * blood, dtype=np.float32)

    return grow


def grow_subarachnoid(rng: np.random.Generator, head: Head, share: float) -> Callable[[Head, Brain], Array]:
    """Fill sulci and cisterns within a region: the base and a fissure, or the folds under a blow."""
    side = rng.choice([-1.0, 1.0])
    size = rng.uniform(0.7, 1.2) * share ** (1 / 3)
    regions = []
    if rng.random() < 0.55:
        regions.append(((0.0, -8.0, -18.0), (34.0, 30.0, 16.0)))
        regions.append(((side * 42.0, 2.0, -4.0), (20.0, 32.0, 20.0)))
        if rng.random() < 0.5:
            regions.append(((-side * 42.0, 2.0, -4.0), (18.0, 30.0, 18.0)))
        if rng.random() < 0.5:
            regions.append(((0.0, 40.0, 10.0), (8.0, 34.0, 30.0)))
    else:
        front = rng.choice([30.0, -10.0, -50.0])
        regions.append(((side * 44.0, front, rng.uniform(20, 42)), (28.0, 34.0, 26.0)))
        if rng.random() < 0.5:
            regions.append(((side * 44.0, 0.0, 0.0), (20.0, 26.0, 18.0)))
    patches = head.field(rng, 10.0)

    def grow(head: Head, brain: Brain) -> Array:
        near = np.min([ellipsoid(head.mni, centre, np.array(radii) * size) for centre, radii in regions], axis=0)
        film = soft_step(brain.fluid - 0.38, 0.22) * (1 - soft_step(brain.ventricle - 0.3, 0.2))
        where = soft_step(1.05 - near + 0.18 * patches, 0.12)
        return np.asarray(film * where * soft_step(head.depth - 0.8, 0.5), dtype=np.float32)

    return grow
