"""Calcifications, physiological and of the elderly: the commonest bright spots that are no blood."""

import numpy as np

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.brush import Place, blob, paint
from bleedmap.phantom.fields import Array

PLEXUS, PINEAL, PALLIDUM, DENTATE = (25.0, -41.0, 8.0), (0.0, -29.0, 3.0), (19.0, -3.0, 0.0), (17.0, -57.0, -36.0)


def _speck(rng: np.random.Generator, head: Head, hu: Array, centre: Place, radii: Place) -> None:
    """One calcification of uneven density, in place; its edge is broken by partial volume."""
    at = np.asarray(centre) + rng.normal(0, 1.0, 3)
    found = blob(head, at, np.maximum(np.asarray(radii) * np.exp(rng.normal(0, 0.25, 3)), 0.8), yaw=rng.normal(0, 25))
    bulge = 0.25 * head.field(rng, 3.0, found.part)
    paint(hu, found.part, found.share(0.3, bulge), float(rng.uniform(90, 420)))


def add_calcifications(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Choroid plexus, pineal, falx, basal ganglia and dentate nuclei, each with its own odds, in place."""
    if rng.random() < 0.75:
        size = rng.uniform(0.6, 1.4)
        for side in (-1, 1):
            if rng.random() < 0.88:
                x, y, z = PLEXUS
                _speck(rng, head, hu, (side * x, y, z), np.array([2.0, 4.5, 3.5]) * size)
    if rng.random() < 0.65:
        _speck(rng, head, hu, PINEAL, np.array([2.4, 2.8, 2.4]) * rng.uniform(0.6, 1.4))
    for _ in range(rng.poisson(0.9)):
        _speck(rng, head, hu, (0.0, rng.uniform(-40, 45), rng.uniform(38, 66)), (1.3, rng.uniform(2, 7), 3.0))
    for centre, odds in ((PALLIDUM, 0.12), (DENTATE, 0.06)):
        if rng.random() < odds:
            _faint_pair(rng, head, hu, centre)


def _faint_pair(rng: np.random.Generator, head: Head, hu: Array, centre: Place) -> None:
    """Faint, on both sides: the density of blood in a place where blood is common; in place."""
    density, x = float(rng.uniform(44, 80)), centre[0]
    for side in (-1, 1):
        radii = np.array([4.5, 7.0, 5.0]) * rng.uniform(0.5, 1.0)
        found = blob(head, (side * x, centre[1], centre[2]), radii, yaw=side * 15)
        bulge = 0.12 * head.field(rng, 5.0, found.part)
        paint(hu, found.part, found.share(0.3, bulge) * np.float32(rng.uniform(0.5, 1.0)), density)
