"""Which subject bleeds where: allocation over the cohort, then growing and mixing blood into one head."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.brain import Brain, Push
from bleedmap.phantom.csf_bleeds import grow_intraventricular, grow_subarachnoid
from bleedmap.phantom.extraaxial import plan_epidural, plan_subdural
from bleedmap.phantom.fields import Array
from bleedmap.phantom.head import Head
from bleedmap.phantom.parenchyma import plan_parenchymal

SUBTYPES = ("IPH", "IVH", "SAH", "SDH", "EDH")
"""Names of truth values 1 to 5."""

# What a second bleed joins, in SUBTYPES order: clots break into ventricles, trauma bleeds on both sides of the dura.
PARTNERS = {1: 2, 2: 1, 3: 4, 4: 3, 5: 3}

Grow = Callable[[Head, Brain], Array]


def bleeds_of(spec: PhantomSpec, index: int) -> tuple[int, ...]:
    """Subtypes (1 to 5) of one subject, none for a healthy one.

    Bleeding subjects are spread evenly over the indices, so every stretch of the cohort has the prevalence asked
    for; subtypes go round among them, and every fourth has two.
    """
    rng = np.random.default_rng([spec.seed])
    phase, order = rng.random(), rng.permutation(len(SUBTYPES)) + 1
    before, upto = (int(np.floor((index + more) * spec.prevalence + phase)) for more in (0, 1))
    if upto == before:
        return ()
    first = int(order[before % len(SUBTYPES)])
    return (first, PARTNERS[first]) if before % 4 == 3 else (first,)


@dataclass(frozen=True)
class Plan:
    """A bleed before there is a brain to hold it.

    Args:
        subtype: 1 to 5.
        push: mass effect on the tissue.
        grow: gives the share of blood, (slices, rows, columns) float32, 0 to 1.
    """

    subtype: int
    push: Push | None
    grow: Grow


def plan_bleed(rng: np.random.Generator, head: Head, subtype: int, share: float) -> Plan:
    """Choose place, size and shape of one bleed.

    Args:
        rng: source of its numbers.
        head: where it is to lie.
        subtype: 1 to 5.
        share: factor on the volume; below 1 where two bleeds share a head.
    """
    if subtype == 2:
        return Plan(subtype, None, grow_intraventricular(rng, head, share))
    if subtype == 3:
        return Plan(subtype, None, grow_subarachnoid(rng, head, share))
    planner = {1: plan_parenchymal, 4: plan_subdural, 5: plan_epidural}[subtype]
    push, grow = planner(rng, head, share)
    return Plan(subtype, push, grow)


def blood_hu(rng: np.random.Generator, head: Head) -> Array:
    """(slices, rows, columns) float32 HU of clot: one bleed in five is old and near the density of grey matter."""
    mean = rng.uniform(39, 49) if rng.random() < 0.22 else rng.uniform(50, 68)
    coarse, fine = head.field(rng, 9.0), head.field(rng, 4.0)
    return np.asarray(mean + rng.uniform(2, 4) * coarse + 2.0 * fine, dtype=np.float32)
