"""One subject of the phantom, from its number to its scan and truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.bleeds import bleeds_of, blood_hu, plan_bleed
from bleedmap.phantom.brain import make_brain
from bleedmap.phantom.confounders import add_calcifications, add_infarct, add_injuries
from bleedmap.phantom.dura import add_dura
from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.head import Head, make_head
from bleedmap.phantom.scanner import Detector, scan_head
from bleedmap.phantom.skull import make_surroundings


@dataclass(frozen=True)
class PhantomSubject:
    """One simulated head CT with its truth.

    Args:
        name: public id, such as ``phantom-007``.
        hu: (slices, rows, columns) int16 HU in [-1024, 3071]; slices from foot to head, rows from front to back,
            columns from the patient's right to left.
        truth: same shape, uint8, 0 background, 1 to 5 = IPH, IVH, SAH, SDH, EDH.
        brain: same shape, bool, the true space inside the skull.
        spacing: mm between (slices, rows, columns).
    """

    name: str
    hu: NDArray[np.int16]
    truth: NDArray[np.uint8]
    brain: NDArray[np.bool_]
    spacing: tuple[float, float, float]


def make_subject(spec: PhantomSpec, index: int) -> PhantomSubject:
    """Simulate one subject; the result depends on the spec and the index alone.

    Args:
        spec: the cohort.
        index: which subject, from 0.
    """
    pixel_mm = spec.field_of_view_mm / spec.matrix
    detector = Detector(spec.matrix, pixel_mm)
    # A stream for each concern: a change to one leaves the others' numbers as they were.
    streams = np.random.default_rng([spec.seed, index]).spawn(7)
    for_head, for_bleeds, for_blood, for_brain, for_mimics, for_skull, for_scanner = streams

    head = make_head(for_head, spec.slice_thickness_mm, pixel_mm)
    subtypes = bleeds_of(spec, index)
    plans = [plan_bleed(for_bleeds, head, subtype, 0.6 ** (len(subtypes) - 1)) for subtype in subtypes]
    brain = make_brain(for_brain, head, [plan.push for plan in plans if plan.push is not None])
    add_infarct(for_mimics, head, brain)
    shares: dict[int, Array] = {}
    free = np.ones_like(brain.hu)
    for plan in plans:
        shares[plan.subtype] = np.minimum(plan.grow(head, brain), free)
        free -= shares[plan.subtype]

    inner = brain.hu
    add_dura(for_mimics, head, inner)
    add_calcifications(for_mimics, head, inner)
    for share in shares.values():
        inner += share * (blood_hu(for_blood, head) - inner)
    outer = make_surroundings(for_skull, head)
    add_injuries(for_mimics, head, outer.hu)
    inside = soft_step(head.depth, 0.6)
    hu = outer.hu + inside * (inner - outer.hu)

    brain_mask = detector.project(head, inside, _sharp(detector, head), 0.0) > 0.5
    # Where bone outshines it, nobody could draw blood.
    visible = detector.project(head, inside, 0.9, 0.0) > 0.93
    return PhantomSubject(
        name=spec.subject_name(index),
        hu=scan_head(for_scanner, detector, head, hu, outer.petrous),
        truth=_truth(detector, head, shares, brain_mask & visible),
        brain=brain_mask,
        spacing=(spec.slice_thickness_mm, pixel_mm, pixel_mm),
    )


def _sharp(detector: Detector, head: Head) -> float:
    """The narrowest spread, mm, that leaves no gap between work voxels and pixels."""
    return 0.45 * max(detector.pixel_mm, float(head.axes[1][1] - head.axes[1][0]))


def _truth(detector: Detector, head: Head, shares: dict[int, Array], where: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Voxels more than half blood, named after the subtype that has most of them."""
    truth = np.zeros(where.shape, dtype=np.uint8)
    if not shares:
        return truth
    blood = np.stack([detector.project(head, share, _sharp(detector, head), 0.0) for share in shares.values()])
    names = np.array(list(shares), dtype=np.uint8)
    bloody = (blood.sum(axis=0) > 0.5) & where
    truth[bloody] = names[np.argmax(blood, axis=0)][bloody]
    return truth
