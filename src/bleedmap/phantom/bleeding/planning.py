"""From a subtype to the plan of one bleed."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.bleeding.bleeds import Plan, draw_volume_ml
from bleedmap.phantom.bleeding.csf_bleeds import grow_intraventricular, grow_subarachnoid
from bleedmap.phantom.bleeding.extraaxial import plan_epidural, plan_subdural
from bleedmap.phantom.bleeding.parenchyma import plan_parenchymal


def plan_bleed(rng: np.random.Generator, head: Head, subtype: int, share: float) -> Plan:
    """Choose place, size and shape of one bleed.

    Args:
        rng: source of its numbers.
        head: where it is to lie.
        subtype: 1 to 5.
        share: factor on the volume; below 1 where two bleeds share a head.
    """
    volume_ml = draw_volume_ml(rng, subtype, share)
    if subtype == 2:
        return Plan(subtype, (), grow_intraventricular(rng, head, volume_ml))
    if subtype == 3:
        return Plan(subtype, (), grow_subarachnoid(rng, head, volume_ml))
    planner = {1: plan_parenchymal, 4: plan_subdural, 5: plan_epidural}[subtype]
    return planner(rng, head, volume_ml)
