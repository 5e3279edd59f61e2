"""Which subject bleeds where: allocation over the cohort, then the plan of each bleed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.anatomy.brain import Brain, Push
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array

# Shares of the first bleed, near those of the slices of RSNA 2019 but for epidurals, which are rarer there; subtypes
# that reach high and low in the head come more often, so that the height of a slice tells less about its label.
ROUND = (1, 1, 1, 2, 3, 3, 4, 4, 4, 5)

# What a second bleed joins, in SUBTYPES order: clots break into ventricles, trauma bleeds on both sides of the dura.
PARTNERS = {1: (2, 2, 3), 2: (1, 1, 3), 3: (4, 2, 1), 4: (3, 3, 1), 5: (3, 4, 1)}

# Median mL, spread of its logarithm, smallest and largest mL; sources in docs/phantom.md.
VOLUMES_ML = {
    1: (14.0, 1.0, 0.7, 120.0),
    2: (8.0, 0.8, 1.5, 60.0),
    3: (12.0, 0.7, 2.5, 60.0),
    4: (28.0, 0.75, 8.0, 120.0),
    5: (22.0, 0.75, 4.0, 110.0),
}

Grow = Callable[[Head, Brain], Array]


def bleeds_of(spec: PhantomSpec, index: int) -> tuple[int, ...]:
    """Subtypes (1 to 5) of one subject, none for a healthy one.

    Bleeding subjects are spread evenly over the indices, so every stretch of the cohort has the prevalence asked
    for; subtypes go round among them in the shares of ``ROUND``, and every fourth has two.
    """
    rng = np.random.default_rng([spec.seed])
    phase, order = rng.random(), rng.permutation(ROUND)
    before, upto = (int(np.floor((index + more) * spec.prevalence + phase)) for more in (0, 1))
    if upto == before:
        return ()
    # each round begins one further on, so that every subtype is at times the one with a second bleed
    first = int(order[(before + before // len(ROUND)) % len(ROUND)])
    if before % 4 != 3:
        return (first,)
    partners = PARTNERS[first]
    return (first, partners[before // 4 % len(partners)])


def draw_volume_ml(rng: np.random.Generator, subtype: int, share: float) -> float:
    """Volume of one bleed, mL; ``share`` below 1 where two bleeds share a head."""
    median, spread, smallest, largest = VOLUMES_ML[subtype]
    return float(np.clip(share * rng.lognormal(np.log(median), spread), smallest, largest))


@dataclass(frozen=True)
class Plan:
    """A bleed before there is a brain to hold it.

    Args:
        subtype: 1 to 5.
        pushes: mass effect on the tissue, each in turn.
        grow: gives the share of blood, (slices, rows, columns) float32, 0 to 1.
    """

    subtype: int
    pushes: tuple[Push, ...]
    grow: Grow
