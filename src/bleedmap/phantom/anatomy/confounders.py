"""What looks like blood, or like what comes with it, and is not: in bleeding and healthy subjects alike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bleedmap.phantom.anatomy.atlas import load_atlas
from bleedmap.phantom.anatomy.brain import Brain, Push
from bleedmap.phantom.anatomy.head import CRANIUM_CENTRE, Head
from bleedmap.phantom.anatomy.mass_effect import midline_shift, swelling
from bleedmap.phantom.anatomy.sutures import unit
from bleedmap.phantom.brush import blob, paint
from bleedmap.phantom.fields import Array, soft_step

# Old infarcts: centre in MNI mm (x mirrored at random) and its spread, radii; the territories are larger.
LACUNES = ((24.0, 4.0, 8.0), (14.0, -16.0, 8.0), (24.0, -10.0, 22.0), (26.0, -62.0, -40.0), (22.0, 20.0, 16.0))
TERRITORIES = (((48.0, -2.0, 14.0), (18.0, 34.0, 26.0)), ((30.0, -64.0, 6.0), (22.0, 28.0, 22.0)),
               ((14.0, 46.0, 24.0), (12.0, 24.0, 28.0)), ((46.0, 26.0, 18.0), (15.0, 20.0, 22.0)))  # fmt: skip
LACUNE_SHARE, OLD_SHARE, FRESH_SHARE, TUMOUR_SHARE = 0.3, 0.14, 0.12, 0.04


@dataclass(frozen=True)
class Lesion:
    """A lesion without blood.

    Args:
        pushes: mass effect on the tissue, each in turn.
        draw: paints it into a brain, in place.
    """

    pushes: tuple[Push, ...]
    draw: Callable[[Head, Brain], None]


def plan_lesions(rng: np.random.Generator, head: Head) -> list[Lesion]:
    """Lacunes, old and fresh infarcts and a tumour, each with its own odds."""
    lesions = [_lacune(rng) for _ in range(rng.integers(1, 4)) if rng.random() < LACUNE_SHARE]
    if rng.random() < OLD_SHARE:
        lesions.append(_infarct(rng, head, old=True))
    if rng.random() < FRESH_SHARE:
        lesions.append(_infarct(rng, head, old=False))
    if rng.random() < TUMOUR_SHARE:
        lesions.append(_tumour(rng))
    return lesions


def _side(rng: np.random.Generator) -> float:
    return float(rng.choice([-1.0, 1.0]))


def _lacune(rng: np.random.Generator) -> Lesion:
    x, y, z = np.array(LACUNES[rng.integers(len(LACUNES))]) + rng.normal(0, 3, 3)
    side, radii, density = _side(rng), rng.uniform(2, 6) * np.exp(rng.normal(0, 0.3, 3)), rng.uniform(8, 18)

    def draw(head: Head, brain: Brain) -> None:
        found = blob(head, (x * side, y, z), radii)
        paint(brain.hu, found.part, np.float32(0.85) * found.share(0.3), float(density))

    return Lesion((), draw)


def _infarct(rng: np.random.Generator, head: Head, *, old: bool) -> Lesion:
    """A wedge of a territory: old ones hold fluid and draw the brain in, fresh ones are grey and swollen."""
    (x, y, z), radii = TERRITORIES[rng.integers(len(TERRITORIES))]
    side, size = _side(rng), rng.uniform(0.35, 1.0)
    middle = np.array([x * side, y, z]) + rng.normal(0, 4, 3)
    density, depth = (
        (rng.uniform(10, 18), rng.uniform(0.6, 0.95)) if old else (rng.uniform(20, 27), rng.uniform(0.5, 1))
    )
    grown = np.array(radii) * size
    bays = head.field(rng, 8.0)
    radius = float(np.prod(grown) ** (1 / 3))

    def draw(head: Head, brain: Brain) -> None:
        found = blob(head, middle, grown, margin=1.7)
        share = found.share(0.12, 0.2 * bays[found.part]) * np.float32(depth) * (1 - brain.fluid[found.part])
        paint(brain.hu, found.part, share, float(density))

    push = swelling(middle.astype(np.float32), radius, -0.12 if old else 0.15)
    shift = midline_shift(rng, side, 0.0 if old else 0.3 * 4.19e-3 * radius**3)
    return Lesion((push, shift), draw)


def _tumour(rng: np.random.Generator) -> Lesion:
    """A round mass on the dura, a little denser than grey matter, as meningiomas are, in a rim of oedema."""
    radius, density = rng.uniform(6, 16), rng.uniform(40, 54)
    way = unit((_side(rng) * 60.0, rng.uniform(-80, 60), rng.uniform(-10, 80)))
    middle = _under_the_skull(way, 0.7 * radius)

    def draw(head: Head, brain: Brain) -> None:
        found = blob(head, middle, np.full(3, radius), margin=2.2)
        rim = found.share(0.2, 0.5) * brain.white[found.part] * np.float32(0.7)
        brain.hu[found.part] -= np.float32(8) * rim
        paint(brain.hu, found.part, found.share(0.1), float(density))

    return Lesion((swelling(middle, radius, 0.35),), draw)


def _under_the_skull(way: Array, depth_mm: float) -> Array:
    """(3,) MNI mm: where a ray from the middle of the cranium comes within a depth of the inner table."""
    ray = np.array(CRANIUM_CENTRE)[:, None] + way[:, None] * np.arange(20, 110)
    near = load_atlas().depth.at(ray.astype(np.float32)) < depth_mm
    return np.asarray(ray[:, int(np.argmax(near))], dtype=np.float32)


def add_injuries(rng: np.random.Generator, head: Head, hu: Array) -> None:
    """Fracture lines and a swollen scalp, in place, outside the inner table; both occur without any bleed."""
    outwards = -head.shell
    if rng.random() < 0.2:
        normal = rng.normal(0, 1, 3)
        normal /= np.linalg.norm(normal)
        offset, side = rng.uniform(-30, 30), np.float32(rng.choice([-1, 1]))
        wavy = head.field(rng, 12.0)
        bony = (outwards > -1) & (outwards < 11) & (hu > 200)
        x, y, z = head.mni[:, bony]
        plane = np.float32(normal[0]) * x + np.float32(normal[1]) * y + np.float32(normal[2]) * z - np.float32(offset)
        line = soft_step(0.7 - np.abs(plane + wavy[bony]), 0.4) * soft_step(x * side - 20, 5)
        hu[bony] += line * (np.float32(40) - hu[bony])
    if rng.random() < 0.3:
        angle = rng.uniform(0, 2 * np.pi)
        spot = (70 * np.cos(angle), -16 + 88 * np.sin(angle), rng.uniform(0, 45))
        found = blob(head, spot, (24, 26, 20))
        swollen, away, view = found.share(0.3), outwards[found.part], hu[found.part]
        shell = soft_step(away - 6, 1) * soft_step(15 * swollen + 6 - away, 1.0) * (view < 200)
        paint(hu, found.part, shell * swollen, float(rng.uniform(45, 65)))
