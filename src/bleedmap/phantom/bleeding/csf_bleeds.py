"""Blood in fluid: intraventricular, sunk to the back of the ventricles; subarachnoid, in sulci and cisterns."""

from collections.abc import Callable

import numpy as np

from bleedmap.phantom.anatomy.brain import Brain
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array, ellipsoid, soft_step


def grow_intraventricular(rng: np.random.Generator, head: Head, volume_ml: float) -> Callable[[Head, Brain], Array]:
    """Fill the ventricles from behind, up to a level of their own on each side."""
    first = rng.choice([-1.0, 1.0])
    other = rng.uniform(0.2, 1.0) if rng.random() < 0.65 else 0.0
    ragged = rng.uniform(0.5, 4.5)
    third, fourth = rng.random() < 0.45, rng.random() < 0.55
    clumps = head.field(rng, 7.0)

    def grow(head: Head, brain: Brain) -> Array:
        # Choroid plexus and wall take part of every voxel that the ventricle does not fill.
        room = soft_step(brain.ventricle - 0.45, 0.3)
        x, up = head.mni[0], head.mni[2]
        lateral = ~((np.abs(x) < 5) & (up < 12)) & (up > -18)
        low = up <= -18
        # A supine patient's blood sinks to the back: rows grow towards the back.
        behind = np.broadcast_to(head.axes[1][:, None], room.shape)
        blood = np.zeros_like(room)
        left_ml = volume_ml
        for way, weight in ((first, 1.0), (-first, other)):
            here = lateral & (x * way > 0)
            if not weight:
                continue
            some = here & (room > 0.3)
            capacity = head.volume_ml(room * some)
            if capacity < 0.3:
                continue
            fill = float(np.clip(left_ml * weight / (1 + other) / capacity, 0.03, 1.0))
            surface = float(np.quantile(behind[some], 1 - fill))
            blood[here] = soft_step(behind - surface + np.float32(ragged) * clumps, 1.5)[here]
        for wanted, place in ((third, ~lateral & ~low), (fourth, low)):
            if wanted:
                blood[place] = soft_step(clumps + 1.0, 0.4)[place]
        return np.asarray(room * blood, dtype=np.float32)

    return grow


def _regions(rng: np.random.Generator) -> list[tuple[tuple[float, float, float], tuple[float, float, float]]]:
    """Centres and radii in MNI mm: the base and its fissures after an aneurysm, or the folds under a blow."""
    side = rng.choice([-1.0, 1.0])
    if rng.random() < 0.5:
        regions = [((0.0, -8.0, -18.0), (34.0, 30.0, 16.0)), ((side * 42.0, 2.0, -4.0), (20.0, 32.0, 20.0))]
        if rng.random() < 0.6:
            regions.append(((-side * 42.0, 2.0, -4.0), (18.0, 30.0, 18.0)))
        if rng.random() < 0.5:
            regions.append(((0.0, 40.0, 10.0), (8.0, 34.0, 30.0)))
        if rng.random() < 0.4:
            regions.append(((0.0, -36.0, -8.0), (24.0, 14.0, 12.0)))
        if rng.random() < 0.6:
            regions.append(((0.0, -30.0, -46.0), (28.0, 24.0, 20.0)))
        return regions
    front = rng.choice([30.0, -10.0, -50.0])
    regions = [((side * 44.0, front, rng.uniform(30, 74)), (28.0, 34.0, 24.0))]
    if rng.random() < 0.5:
        regions.append(((side * 44.0, 0.0, 0.0), (20.0, 26.0, 18.0)))
    return regions


def grow_subarachnoid(rng: np.random.Generator, head: Head, volume_ml: float) -> Callable[[Head, Brain], Array]:
    """Fill sulci and cisterns outwards from where it bled until the volume is reached."""
    regions, patches = _regions(rng), head.field(rng, 10.0)

    def grow(head: Head, brain: Brain) -> Array:
        near = np.min([ellipsoid(head.mni, *region) for region in regions], axis=0) - np.float32(0.2) * patches
        film = soft_step(brain.fluid - 0.32, 0.2) * (1 - soft_step(brain.ventricle - 0.2, 0.15))
        film *= soft_step(head.depth - 0.8, 0.5) * soft_step(head.mni[2] + 62, 4)
        wet = film > 0.05
        order = np.argsort(near[wet])
        # what fills less than half of a slice's voxel shows as fluid
        slices = film.reshape(-1, head.sub_slices, *film.shape[1:]).mean(axis=1)
        shown = np.repeat(slices > 0.5, head.sub_slices, axis=0) * head.voxel_ml
        reached = np.cumsum(shown[wet][order])
        last = min(int(np.searchsorted(reached, volume_ml)), len(order) - 1)
        edge = min(float(near[wet][order[last]]), 2.6)
        return np.asarray(film * soft_step(np.float32(edge) - near, 0.12), dtype=np.float32)

    return grow
