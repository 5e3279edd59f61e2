"""Blood against the skull: the crescent of a subdural and the lens of an epidural hemorrhage."""

from collections.abc import Callable

import numpy as np

from bleedmap.phantom.anatomy.brain import Brain, Push
from bleedmap.phantom.anatomy.head import CRANIUM_CENTRE, Head
from bleedmap.phantom.anatomy.mass_effect import midline_shift
from bleedmap.phantom.anatomy.sutures import BONES, angle_to, bone_margins, direction, unit
from bleedmap.phantom.bleeding.bleeds import Plan
from bleedmap.phantom.fields import Array, soft_step

Outline = Callable[[Array], Array]
"""Takes MNI coordinates to the thickness of a clot there, as a share of its deepest."""

# Where epidural hemorrhages lie: bone, weight, middle in MNI mm (x mirrored at random), its spread.
EPIDURAL_SITES = (
    ("temporal", 0.30, (64.0, -20.0, -20.0), 8.0),
    ("parietal", 0.28, (42.0, -40.0, 64.0), 15.0),
    ("frontal", 0.18, (34.0, 42.0, 40.0), 15.0),
    ("occipital", 0.24, (28.0, -84.0, -40.0), 9.0),
)
# The dura holds at a suture: within this angle the clot tapers to nothing.
SUTURE_RADIANS = 0.08
# Clots thinner than this nobody would draw.
THINNEST_MM, LARGEST_DEPTH_MM = 5.0, {4: 26.0, 5: 40.0}
# Nearer to the bone than this, its partial volume outshines blood (``subject.VISIBLE_SHARE``).
VISIBLE_FROM_MM = 2.0
# MNI z down to which a crescent reaches: the middle or the anterior fossa.
SUBDURAL_FLOOR_MM = (-44.0, -14.0)
FALX_SIDE_SHARE, BOTH_SIDES_SHARE = 0.2, 0.15


def _deepest(head: Head, outline: Outline, volume_ml: float, largest_mm: float) -> float:
    """Depth, mm, at which a clot of this outline shows its volume, found on a coarse grid."""
    step = (slice(None, None, 2), slice(None, None, 3), slice(None, None, 3))
    depth = head.depth[step]
    near = (depth > VISIBLE_FROM_MM) & (depth < largest_mm)
    share = outline(head.mni[(slice(None), *step)][:, near])
    volume = np.broadcast_to(head.voxel_ml[::2], depth.shape)[near] * 18
    usable = share > 0.02
    needed = depth[near][usable] / share[usable]
    order = np.argsort(needed)
    full = np.searchsorted(volume[usable][order].cumsum(), volume_ml)
    return float(np.clip(needed[order][min(int(full), len(order) - 1)], THINNEST_MM, largest_mm))


def _planned(rng: np.random.Generator, head: Head, subtype: int, outline: Outline, volume_ml: float) -> Plan:
    """Mass effect and growth of a clot along the inner table."""
    deepest = _deepest(head, outline, volume_ml, LARGEST_DEPTH_MM[subtype])
    waves, softness = head.field(rng, 16.0), rng.uniform(0.6, 1.8)
    ripple = np.float32(0.14 if subtype == 4 else 0.05)
    give = (0.85 if subtype == 4 else 0.8) * deepest / head.scale

    def push(mni: Array) -> Array:
        # The brain under the clot is the brain that lay at the skull, and it gives way less with depth.
        radius = np.sqrt(np.sum((mni - np.array(CRANIUM_CENTRE, dtype=np.float32)[:, None]) ** 2, axis=0))
        reach = np.exp(-np.maximum(68 - radius, 0) / np.float32(26))
        return np.asarray(mni + direction(mni) * np.float32(give) * outline(mni) * reach, dtype=np.float32)

    def grow(head: Head, brain: Brain) -> Array:
        clot = np.zeros_like(head.depth)
        near = (head.depth > -0.5) & (head.depth < deepest * 1.6 + 3)
        depth, thick = head.depth[near], outline(head.mni[:, near]) * np.float32(deepest)
        share = soft_step(thick * (1 + ripple * waves[near]) - depth, softness)
        clot[near] = share * soft_step(depth, 0.5) * soft_step(thick - 1.2, 0.6)
        return clot

    return Plan(subtype, (push,), grow)


def plan_subdural(rng: np.random.Generator, head: Head, volume_ml: float) -> Plan:
    """A crescent over most of one hemisphere, open to the sutures but not across the midline; see ``plan_bleed``."""
    side = float(rng.choice([-1, 1]))
    both, along_falx = rng.random() < BOTH_SIDES_SHARE, rng.random() < FALX_SIDE_SHARE
    # Half of them lie near the vertex, half on the flank: in between, most slices would bleed.
    rise = rng.normal(1.1, 0.35) if rng.random() < 0.5 else rng.normal(-0.05, 0.25)
    poles = [unit((s * 70.0, rng.normal(-0.05, 0.3) * 70, rise * 70)) for s in (side, -side)]
    widths = np.radians(rng.uniform(36, 62, 2))
    weights = (1.0, rng.uniform(0.4, 1.0) if both else 0.0)
    floor = rng.uniform(*SUBDURAL_FLOOR_MM)
    leaf_mm, leaf_from = rng.uniform(2.5, 6.0), rng.uniform(-20, 20)

    def outline(mni: Array) -> Array:
        share = np.zeros(mni.shape[1:], dtype=np.float32)
        for way, pole, width, weight in zip((side, -side), poles, widths, weights, strict=True):
            if weight:
                taper = np.clip(1 - (angle_to(mni, pole) / np.float32(width)) ** 4, 0, 1) * np.float32(weight)
                share += taper * soft_step(mni[0] * way - 6, 4)
        return np.asarray(share * soft_step(mni[2] - floor, 8), dtype=np.float32)

    plan = _planned(rng, head, 4, outline, volume_ml)

    def grow(head: Head, brain: Brain) -> Array:
        clot = plan.grow(head, brain)
        if along_falx:
            away = head.mni[0] * np.float32(side) - 1.5
            leaf = soft_step(away, 0.6) * soft_step(np.float32(leaf_mm) - away, 1.0) * soft_step(24 - head.depth, 4)
            back = (leaf_from - head.mni[1]) * np.float32(1.0 if leaf_from < 0 else -1.0)
            leaf *= soft_step(back, 8) * soft_step(head.mni[2] - 22, 5) * soft_step(head.depth, 0.5)
            np.maximum(clot, leaf, out=clot)
        return clot

    shift: Push = midline_shift(rng, 0.0 if both else side, volume_ml)
    return Plan(4, (*plan.pushes, shift), grow)


def plan_epidural(rng: np.random.Generator, head: Head, volume_ml: float) -> Plan:
    """A lens under one bone of the vault, walled in by its sutures; see ``plan_bleed``."""
    side = float(rng.choice([-1, 1]))
    number = rng.choice(len(EPIDURAL_SITES), p=[site[1] for site in EPIDURAL_SITES])
    bone, _, (x, y, z), spread = EPIDURAL_SITES[number]
    place = np.array([x * side, y, z]) + rng.normal(0, spread, 3)
    pole = unit((float(place[0]), float(place[1]), float(place[2])))
    width = np.radians(np.clip(18 + 4.2 * volume_ml ** (1 / 3) + rng.normal(0, 2.5), 16, 42))
    # A lens at the vertex or the back could reach over the midline, where the sinus holds the dura.
    index = BONES.index(bone)

    def outline(mni: Array) -> Array:
        lens = np.clip(1 - (angle_to(mni, pole) / np.float32(width)) ** 2, 0, 1)
        wall = np.clip(bone_margins(mni)[index] / np.float32(SUTURE_RADIANS), 0, 1)
        return np.asarray(lens * wall * soft_step(mni[0] * side - 5, 4), dtype=np.float32)

    plan = _planned(rng, head, 5, outline, volume_ml)
    return Plan(5, (*plan.pushes, midline_shift(rng, side, volume_ml)), plan.grow)
