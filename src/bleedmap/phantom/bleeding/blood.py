"""How dense blood is: by age, with clots and serum, levels where it has settled, faint margins where it dissolves."""

import numpy as np
from scipy import ndimage

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array, soft_step

# Mean HU and spread of the clots. Blood in a vessel has about 40 HU, a retracted clot 60 to 90.
AGES = (
    ("acute", (56.0, 80.0), (2.0, 5.5)),
    ("hyperacute", (46.0, 60.0), (5.0, 9.0)),
    ("subacute", (54.0, 70.0), (1.5, 4.0)),
    ("settled", (56.0, 74.0), (2.0, 4.0)),
)
# Of 351 subdural hematomas scanned within a week of the injury 1.1 % were isodense; later most are no longer denser
# than brain (Lee et al., J Korean Med Sci 12:353, 1997). What is found late is subdural: the other bleeds bring
# patients at once, and from fluid blood is washed out before it is old.
SUDDEN, IN_FLUID, SUBDURAL = (0.80, 0.12, 0.03, 0.05), (0.83, 0.12, 0.0, 0.05), (0.62, 0.12, 0.14, 0.12)
SHARES = {1: SUDDEN, 2: IN_FLUID, 3: IN_FLUID, 4: SUBDURAL, 5: SUDDEN}
# Of 112 hematomas scanned again and again all faded from the surface inwards, the middle last (Neurol Med Chir 19(3),
# 1979), so that the margin is as dense as brain while the core is not.
MARGIN_HU, MARGIN_MM, MARGIN_OF_DEPTH = (33.0, 42.0), (3.0, 7.0), 0.5
# Serum above the sunken cells, and the share of it.
SERUM_HU, SERUM_SHARE = (26.0, 38.0), (0.35, 0.60)
# Cerebrospinal fluid thins the blood that runs into it: IVH and SAH. Half a voxel of it beside half a voxel of fluid is
# already as dense as brain; what is thinner no reader would have labelled.
THINNED = {2: (0.84, 1.0), 3: (0.82, 1.0)}
FRESH_HU = 54.0
LOWEST_HU, HIGHEST_HU = 30.0, 90.0


def blood_hu(rng: np.random.Generator, head: Head, subtype: int, share: Array) -> Array:
    """HU of one bleed's blood.

    Args:
        rng: source of its numbers.
        head: where it lies.
        subtype: 1 to 5.
        share: (slices, rows, columns) float32 share of blood; tells where a level can be.

    Returns:
        (slices, rows, columns) float32 in [30, 90].
    """
    age, mean, spread = AGES[rng.choice(len(AGES), p=SHARES[subtype])]
    density = rng.uniform(*mean) * rng.uniform(*THINNED.get(subtype, (1.0, 1.0)))
    if subtype in THINNED:
        density = max(density, FRESH_HU)
    clots, grain = head.field(rng, rng.uniform(5, 11)), head.field(rng, 3.2)
    hu = np.float32(density) + np.float32(rng.uniform(*spread)) * clots + np.float32(1.5) * grain
    serum, level, slope = rng.uniform(*SERUM_HU), rng.uniform(*SERUM_SHARE), rng.normal(0, 1.0)
    if age == "settled" and subtype != 3 and share.any():
        # Cells sink to the back of a patient on the couch; the level is flat across the picture.
        rows = share.sum(axis=(0, 2)).cumsum()
        surface = float(head.axes[1][np.searchsorted(rows, level * rows[-1])])
        above = soft_step(surface - head.axes[1] + slope, 1.2)[:, None]
        hu += above * (np.float32(serum) - hu)
    if age == "subacute":
        hu += _margin(share, head, rng.uniform(*MARGIN_MM)) * (np.float32(rng.uniform(*MARGIN_HU)) - hu)
    return np.clip(hu, LOWEST_HU, HIGHEST_HU)


def _margin(share: Array, head: Head, width: float) -> Array:
    """1 near the surface of a bleed and outside, falling to 0 at ``width`` mm or, in thin ones, half of the way in."""
    margin, bleed = np.ones_like(share), share > 0.5
    steps = np.abs([np.median(np.diff(axis)) for axis in head.axes])
    for box in ndimage.find_objects(bleed.astype(np.uint8)):
        # from the surface, which lies half a step outside the outermost voxels
        depth = ndimage.distance_transform_edt(np.pad(bleed[box], 1), sampling=steps)[1:-1, 1:-1, 1:-1]
        depth -= steps.min() / 2
        margin[box] = np.clip(2 - 2 * depth / min(width, MARGIN_OF_DEPTH * float(depth.max())), 0, 1)
    return margin
