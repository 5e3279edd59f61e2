"""Blood against the skull: the crescent of a subdural and the lens of an epidural hemorrhage."""

from collections.abc import Callable

import numpy as np

from bleedmap.phantom.brain import Brain, Push
from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import CRANIUM_CENTRE, Head

Planned = tuple[Push, Callable[[Head, Brain], Array]]
Thickness = Callable[[Array], Array]


def _direction(mni: Array) -> Array:
    """(3, ...) unit vectors from the middle of the cranium."""
    middle = np.array(CRANIUM_CENTRE, dtype=np.float32).reshape(3, *[1] * (mni.ndim - 1))
    away = mni - middle
    return np.asarray(away / np.maximum(np.sqrt(np.sum(away**2, axis=0)), 1.0), dtype=np.float32)


def _angle(mni: Array, pole: Array) -> Array:
    """(...) angle to a direction, seen from the middle of the cranium, radians."""
    x, y, z = _direction(mni)
    return np.asarray(np.arccos(np.clip(pole[0] * x + pole[1] * y + pole[2] * z, -1, 1)), dtype=np.float32)


def _unit(vector: tuple[float, float, float]) -> Array:
    array = np.array(vector, dtype=np.float32)
    return np.asarray(array / np.linalg.norm(array), dtype=np.float32)


def _planned(rng: np.random.Generator, head: Head, thickness: Thickness, *, give: float, ripple: float) -> Planned:
    """Mass effect and growth of a clot of the given thickness (mm) along the inner table."""
    waves = head.field(rng, 16.0)
    softness = rng.uniform(0.6, 1.6)

    def push(mni: Array) -> Array:
        # The brain under the clot is the brain that lay at the skull, and it gives way less with depth.
        out = _direction(mni)
        radius = np.sqrt(np.sum((mni - np.array(CRANIUM_CENTRE, dtype=np.float32)[:, None]) ** 2, axis=0))
        reach = np.exp(-np.maximum(68 - radius, 0) / np.float32(26))
        return np.asarray(mni + out * (give / head.scale) * thickness(mni) * reach, dtype=np.float32)

    def grow(head: Head, brain: Brain) -> Array:
        thick = thickness(head.mni)
        surface = thick * (1 + ripple * waves) - head.depth
        clot = soft_step(surface, softness) * soft_step(head.depth, 0.5) * soft_step(thick - 1.2, 0.6)
        return np.asarray(clot, dtype=np.float32)

    return push, grow


def plan_subdural(rng: np.random.Generator, head: Head, share: float) -> Planned:
    """A crescent over most of one hemisphere, open to the sutures but not across the midline."""
    side = float(rng.choice([-1, 1]))
    pole = _unit((side, rng.normal(-0.05, 0.35), rng.normal(0.25, 0.15)))
    width = np.radians(rng.uniform(45, 68))
    deepest = rng.uniform(4, 11) * share ** (1 / 3)

    def thickness(mni: Array) -> Array:
        angle = _angle(mni, pole)
        taper = np.clip(1 - (angle / width) ** 4, 0, 1)
        taper *= soft_step(mni[0] * side - 6, 4) * soft_step(mni[2] + 24, 8)
        return np.asarray(np.float32(deepest) * taper, dtype=np.float32)

    return _planned(rng, head, thickness, give=0.85, ripple=0.12)


def plan_epidural(rng: np.random.Generator, head: Head, share: float) -> Planned:
    """A lens on the convexity: broad for its depth, sharp where the dura still holds."""
    side = float(rng.choice([-1, 1]))
    pole = _unit((side, rng.choice([0.5, 0.0, -0.6]) + rng.normal(0, 0.12), rng.normal(0.15, 0.25)))
    width = np.radians(rng.uniform(22, 34))
    deepest = rng.uniform(10, 26) * share ** (1 / 3) * width / np.radians(30)

    def thickness(mni: Array) -> Array:
        angle = _angle(mni, pole)
        return np.asarray(np.float32(deepest) * np.clip(1 - (angle / width) ** 2, 0, 1), dtype=np.float32)

    return _planned(rng, head, thickness, give=0.8, ripple=0.05)
