"""How dense blood is: by its age, with clots and serum, levels where it has settled."""

import numpy as np

from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import Head

# Mean HU and spread of the clots. Blood in a vessel has about 40 HU, a retracted clot 60 to 90.
AGES = (
    ("acute", (56.0, 80.0), (2.0, 5.5)),
    ("hyperacute", (46.0, 60.0), (5.0, 9.0)),
    ("subacute", (38.0, 50.0), (1.5, 4.0)),
    ("settled", (56.0, 74.0), (2.0, 4.0)),
)
# Of 351 subdural hematomas scanned within a week of the injury 1.1 % were isodense; later most are no longer
# denser than brain (Lee et al., J Korean Med Sci 12:353, 1997). What is found late is
# subdural: the other bleeds bring patients at once.
SUBDURAL = 4
SHARES = (0.80, 0.12, 0.03, 0.05)
SUBDURAL_SHARES = (0.62, 0.12, 0.14, 0.12)
SERUM_HU = (26.0, 38.0)
# Cerebrospinal fluid thins the blood that runs into it: IVH and SAH.
THINNED = {2: (0.84, 1.0), 3: (0.82, 1.0)}
# Blood in fluid is washed out before it grows as faint as brain.
FRESH_HU = 44.0
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
    age, mean, spread = AGES[rng.choice(len(AGES), p=SUBDURAL_SHARES if subtype == SUBDURAL else SHARES)]
    density = rng.uniform(*mean) * rng.uniform(*THINNED.get(subtype, (1.0, 1.0)))
    if subtype in THINNED:
        density = max(density, FRESH_HU)
    clots, grain = head.field(rng, rng.uniform(5, 11)), head.field(rng, 3.2)
    hu = np.float32(density) + np.float32(rng.uniform(*spread)) * clots + np.float32(1.5) * grain
    serum, level, slope = rng.uniform(*SERUM_HU), rng.uniform(0.35, 0.75), rng.normal(0, 1.0)
    if age == "settled" and subtype != 3 and share.any():
        # Cells sink to the back of a patient on the couch; the level is flat across the picture.
        rows = share.sum(axis=(0, 2)).cumsum()
        surface = float(head.axes[1][np.searchsorted(rows, level * rows[-1])])
        above = soft_step(surface - head.axes[1] + slope, 1.2)[:, None]
        hu += above * (np.float32(serum) - hu)
    return np.clip(hu, LOWEST_HU, HIGHEST_HU)
