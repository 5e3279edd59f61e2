"""The base of the skull with its air cells and sinuses, and the neck below it."""

import numpy as np

from bleedmap.phantom.anatomy.atlas import CANAL_SLOPE, FORAMEN
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.anatomy.relief import PETROUS, PETROUS_RADII, PETROUS_YAW
from bleedmap.phantom.brush import blob, paint, pair
from bleedmap.phantom.fields import Array, soft_step

GAS_HU = -1000.0


def paint_base(rng: np.random.Generator, hu: Array, head: Head, *, grain: Array, lumps: Array) -> Array:
    """Draw the bones of the base, their air, jaws and upper neck, in place.

    Args:
        rng: source of this base's numbers.
        hu: (slices, rows, columns) float32.
        head: where it lies.
        grain: fine field.
        lumps: coarse field.

    Returns:
        (slices, rows, columns) float32 closeness to the petrous bones, 0 to 1.
    """
    outwards = -head.shell
    low = (slice(0, int(np.searchsorted(head.axes[0], 25))), slice(None), slice(None))
    up = head.mni[2][low]
    ridges = soft_step(-up - 42, 8) * soft_step(6 + 2 * lumps[low] - outwards[low], 2.0)
    ridges *= soft_step(grain[low] + 0.4, 0.4) * soft_step(up + 66, 4) * soft_step(52 - np.abs(head.mni[0][low]), 8)
    paint(hu, low, ridges, 800 + 150 * grain[low])
    _neck(rng, hu, head, grain)

    closeness = np.zeros_like(hu)
    for found in pair(head, PETROUS, PETROUS_RADII, margin=2.6, yaw=PETROUS_YAW):
        bulge = 0.1 + 0.1 * lumps[found.part]
        paint(hu, found.part, found.share(0.12, bulge), 1250 + 260 * grain[found.part])
        near = np.exp(-((np.maximum(found.distance - 1, 0) / np.float32(0.9)) ** 2))
        np.maximum(closeness[found.part], near, out=closeness[found.part])
    aerated = rng.uniform(-0.6, 0.9)
    for found in pair(head, (53, -40, -50), (13, 17, 20)):
        paint(hu, found.part, found.share(0.1), 900 + 150 * grain[found.part])
        cells = found.share(0.1, -0.12) * soft_step(grain[found.part] + np.float32(aerated), 0.4)
        paint(hu, found.part, cells, -850.0)
    clivus = blob(head, (0, -4, -48), (20, 20, 18))
    paint(hu, clivus.part, clivus.share(0.08), 750 + 160 * grain[clivus.part])
    _sinuses(rng, hu, head, grain=grain, lumps=lumps)
    return closeness


def _sinuses(rng: np.random.Generator, hu: Array, head: Head, *, grain: Array, lumps: Array) -> None:
    """Sphenoid, ethmoid, maxillary and frontal sinuses, each of its own size, some of them opaque; in place."""
    sphenoid = blob(head, (0, 13, -42), np.array([15, 13, 11]) * rng.uniform(0.6, 1.15))
    septum = soft_step(np.abs(head.mni[0][sphenoid.part] - rng.normal(0, 2)) - 0.8, 0.5)
    paint(hu, sphenoid.part, sphenoid.share(0.1) * septum, GAS_HU + 40 if rng.random() < 0.9 else 30.0)
    ethmoid = blob(head, (0, 46, -48), (13, 28, 19))
    walls = np.where(grain[ethmoid.part] > 0.8, 250, GAS_HU + 40)
    paint(hu, ethmoid.part, ethmoid.share(0.12), walls)
    nose = blob(head, (0, 62, -76), (12, 24, 22))
    paint(hu, nose.part, nose.share(0.15), np.where(np.abs(grain[nose.part]) < 0.6, 30, GAS_HU))
    for found in pair(head, (30, 42, -80), (17, 19, 20)):
        paint(hu, found.part, found.share(0.1, 0.12), 650.0)
        paint(hu, found.part, found.share(0.1), GAS_HU + 20 if rng.random() < 0.85 else 25.0)
    height = rng.uniform(4, 18)
    if rng.random() < 0.8:
        for found in pair(head, (11, 71, -14 + height / 3), (12, 4.5, height)):
            inside = soft_step(-head.shell[found.part] - 1.6, 0.5)
            paint(hu, found.part, inside * found.share(0.15, 0.1 + 0.3 * lumps[found.part]), GAS_HU + 40)


def _neck(rng: np.random.Generator, hu: Array, head: Head, grain: Array) -> None:
    """Atlas and axis around the canal, jaw, throat, in place."""
    y = FORAMEN[1] - CANAL_SLOPE * 18
    ring = blob(head, (0, y, FORAMEN[2] - 18), (24, 21, 9))
    outside = soft_step(-head.depth[ring.part] - 0.5, 0.6)
    paint(hu, ring.part, ring.share(0.08) * outside, 600 + 200 * grain[ring.part])
    dens = blob(head, (0, y + 17, FORAMEN[2] - 18), (5.5, 5.5, 16))
    paint(hu, dens.part, dens.share(0.15), 800 + 150 * grain[dens.part])
    for found in pair(head, (48, 0, -84), (5, 15, 30)):
        paint(hu, found.part, found.share(0.25), 950 + 150 * grain[found.part])
    for found in pair(head, (56, 40, -52), (4, 26, 5), yaw=12):
        paint(hu, found.part, found.share(0.3), 900.0)
    throat = blob(head, (0, 8, -92), (13, 9, 32))
    paint(hu, throat.part, throat.share(0.15), GAS_HU)
    dental = blob(head, (0, 66, -108), (26, 26, 9))
    paint(hu, dental.part, dental.share(0.1) * (dental.distance > 0.72), 1300 + 300 * grain[dental.part])
