"""The inner face of the skull: ridges, crests and clinoids that reach into its space, and its roughness at the base."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.brush import blob, pair
from bleedmap.phantom.fields import Array, soft_step

PETROUS, PETROUS_RADII, PETROUS_YAW = (38.0, -28.0, -43.0), (27.0, 9.5, 12.0), -40.0
# Centre and radii, MNI mm: anterior and posterior clinoids (pairs), dorsum sellae.
CLINOIDS = (((12.0, 9.0, -23.0), (2.2, 5.0, 2.4)), ((7.0, -7.0, -27.0), (1.9, 2.0, 2.6)))
DORSUM = ((0.0, -9.0, -33.0), (8.0, 2.2, 5.0))
# The lesser wing of the sphenoid parts the anterior from the middle fossa.
SPHENOID = ((52.0, 17.0, -17.0), (11.0, 1.8, 2.4), -14.0)


def carve_relief(rng: np.random.Generator, head: Head) -> None:
    """Take the bone that juts inwards off ``head.depth``, in place; how far it juts differs from head to head."""
    mni, depth = head.mni, head.depth
    low = soft_step(-6 - mni[2], 12)
    depth -= np.float32(rng.uniform(0.2, 0.5)) * head.field(rng, 12.0)
    depth -= np.float32(rng.uniform(0.6, 1.5)) * low * head.field(rng, 7.0)
    behind, before = rng.uniform(2.0, 6.0), rng.uniform(1.0, 5.0)
    crest = np.float32(behind) * _ridge(mni, 5.0, -18.0, 20.0) * soft_step(-mni[1] - 84, 6)
    crest += np.float32(before) * _ridge(mni, 3.5, 0.0, 22.0) * soft_step(mni[1] - 52, 6)
    depth -= crest

    size = rng.uniform(0.85, 1.1)
    blobs = [*pair(head, PETROUS, np.array(PETROUS_RADII) * size, yaw=PETROUS_YAW)]
    least = [9.5 * size] * 2
    for centre, radii in CLINOIDS:
        grown = np.array(radii) * rng.uniform(0.6, 1.2)
        blobs += pair(head, centre, grown)
        least += [float(min(grown))] * 2
    dorsum = np.array(DORSUM[1]) * rng.uniform(0.7, 1.2)
    blobs.append(blob(head, DORSUM[0], dorsum))
    centre, radii, yaw = SPHENOID
    wing = np.array(radii) * rng.uniform(0.8, 1.2)
    blobs += pair(head, centre, wing, yaw=yaw)
    least += [float(min(dorsum)), float(min(wing)), float(min(wing))]
    for found, mm in zip(blobs, least, strict=True):
        view = depth[found.part]
        np.minimum(view, (found.distance - 1) * np.float32(mm * head.scale), out=view)


def _ridge(mni: Array, wide: float, height: float, tall: float) -> Array:
    return np.asarray(
        np.exp(-((mni[0] / np.float32(wide)) ** 2) - ((mni[2] - np.float32(height)) / np.float32(tall)) ** 2),
        dtype=np.float32,
    )
