"""What looks like blood and is not, in bleeding and healthy subjects alike."""

import numpy as np

from bleedmap.phantom.brain import Brain
from bleedmap.phantom.fields import Array, ellipsoid, soft_step
from bleedmap.phantom.head import Head


def _speck(rng: np.random.Generator, head: Head, hu: Array, centre: tuple[float, float, float], mm: float) -> None:
    """One calcification of uneven density, in place; its edge is broken by partial volume."""
    at = np.array(centre) + rng.normal(0, 1.0, 3)
    radii = mm * np.exp(rng.normal(0, 0.25, 3))
    share = soft_step(1 - ellipsoid(head.mni, at, radii), 0.25)
    hu += share * (np.float32(rng.uniform(80, 220)) - hu)


def add_calcifications(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Choroid plexus, pineal, falx and basal ganglia, each with its own odds, in place."""
    if rng.random() < 0.7:
        for side in (-1, 1):
            if rng.random() < 0.85:
                _speck(rng, head, hu, (side * 24.0, -40.0, 9.0), rng.uniform(2.5, 5.5))
    if rng.random() < 0.65:
        _speck(rng, head, hu, (0.0, -27.0, 3.0), rng.uniform(1.8, 4.0))
    for _ in range(rng.poisson(0.9)):
        _speck(rng, head, hu, (0.0, rng.uniform(-40, 45), rng.uniform(38, 60)), rng.uniform(1.5, 4.0))
    if rng.random() < 0.25:
        # Faint, on both sides: the density of blood in a place where blood is common.
        density = np.float32(rng.uniform(46, 70))
        for side in (-1, 1):
            lens = ellipsoid(head.mni, (side * 19.0, -3.0, 0.0), (4.5, 7.0, 5.0))
            share = soft_step(1 - lens + 0.12 * head.field(rng, 5.0), 0.3) * np.float32(rng.uniform(0.6, 1.0))
            hu += share * (density - hu)


def add_infarct(rng: np.random.Generator, head: Head, brain: Brain) -> None:
    """A small old infarct in three of ten subjects, in place: a hole filled with fluid."""
    if rng.random() >= 0.3:
        return
    side = rng.choice([-1.0, 1.0])
    sites = [(side * 24.0, 4.0, 8.0), (side * 46.0, rng.uniform(-50, 30), rng.uniform(0, 40)), (side * 26, -62, -40)]
    centre, mm = sites[rng.integers(len(sites))], rng.uniform(4, 14)
    hole = ellipsoid(head.mni, centre, mm * np.exp(rng.normal(0, 0.3, 3))) + 0.2 * head.field(rng, 6.0)
    brain.hu[...] += soft_step(1 - hole, 0.2) * np.float32(0.8) * (np.float32(14) - brain.hu)


def add_injuries(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Fracture lines and a swollen scalp, in place, outside the inner table; both occur without any bleed."""
    outwards = -head.depth
    if rng.random() < 0.2:
        normal = rng.normal(0, 1, 3)
        normal /= np.linalg.norm(normal)
        plane = sum(np.float32(n) * head.mni[i] for i, n in enumerate(normal)) - np.float32(rng.uniform(-30, 30))
        side = np.float32(rng.choice([-1, 1]))
        line = soft_step(0.7 - np.abs(plane + head.field(rng, 12.0)), 0.4) * soft_step(head.mni[0] * side - 20, 5)
        hu += line * soft_step(outwards - 0.5, 0.5) * soft_step(9 - outwards, 2) * (np.float32(40) - hu) * (hu > 300)
    if rng.random() < 0.3:
        angle = rng.uniform(0, 2 * np.pi)
        spot = (70 * np.cos(angle), -16 + 88 * np.sin(angle), rng.uniform(0, 45))
        swelling = soft_step(1 - ellipsoid(head.mni, spot, (20, 22, 18)), 0.3)
        shell = soft_step(outwards - 6, 1) * soft_step(15 * swelling + 6 - outwards, 1.0) * (hu < 200)
        hu += shell * swelling * (np.float32(rng.uniform(45, 65)) - hu)
