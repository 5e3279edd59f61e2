"""One subject of the phantom, from its number to its scan and truth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.anatomy.brain import make_brain
from bleedmap.phantom.anatomy.calcifications import add_calcifications
from bleedmap.phantom.anatomy.confounders import add_injuries, plan_lesions
from bleedmap.phantom.anatomy.dura import add_dura
from bleedmap.phantom.anatomy.head import Head, make_head
from bleedmap.phantom.anatomy.relief import carve_relief
from bleedmap.phantom.anatomy.surroundings import make_surroundings
from bleedmap.phantom.bleeding.bleeds import Plan, bleeds_of
from bleedmap.phantom.bleeding.blood import blood_hu
from bleedmap.phantom.bleeding.infarct import plan_infarct
from bleedmap.phantom.bleeding.planning import plan_bleed
from bleedmap.phantom.fields import Array, soft_step
from bleedmap.phantom.names import subject_name
from bleedmap.phantom.scanner.ct import Detector, scan_head
from bleedmap.phantom.scanner.geometry import ScanGeometry, draw_geometry
from bleedmap.phantom.scanner.mr import mr_signal, scan_mr

# Below this MNI height lies the spinal canal, which is no place for a bleed of the head.
FORAMEN_Z = -66.0
# Four parts of bone in a hundred outshine blood.
VISIBLE_SHARE = 0.96


@dataclass(frozen=True)
class PhantomSubject:
    """One simulated head scan with its truth.

    Args:
        name: public id, such as ``phantom-007``.
        hu: (slices, rows, columns) int16 HU in [-1024, 3071], or the signal of an MR, 0 to 4095; slices from foot to
            head, rows from front to back, columns from the patient's right to left.
        truth: same shape, uint8, 0 background, 1 to 5 = IPH, IVH, SAH, SDH, EDH; 1 = infarct on MR.
        brain: same shape, bool, the true space inside the skull.
        spacing: mm between (slices, rows, columns); the usual gap along the couch where gaps differ.
        geometry: where the slices lie; None for an even stack without tilt.
        modality: whether it is a CT or an MR.
    """

    name: str
    hu: NDArray[np.int16]
    truth: NDArray[np.uint8]
    brain: NDArray[np.bool_]
    spacing: tuple[float, float, float]
    geometry: ScanGeometry | None = None
    modality: Literal["ct", "mr"] = "ct"

    @property
    def stack(self) -> ScanGeometry:
        """Where the slices lie."""
        if self.geometry is not None:
            return self.geometry
        gap, _, column_mm = self.spacing
        slices, _, columns = self.hu.shape
        return ScanGeometry(np.full(slices - 1, gap), np.full(slices, gap), 0.0, column_mm * columns)


def make_subject(spec: PhantomSpec, index: int) -> PhantomSubject:
    """Simulate one subject; the result depends on the spec and the index alone.

    Args:
        spec: the cohort.
        index: which subject, from 0.
    """
    # A stream for each concern: a change to one leaves the others' numbers as they were.
    streams = np.random.default_rng([spec.seed, index]).spawn(9)
    for_geometry, for_head, for_bleeds, for_blood, for_brain, for_lesions, for_mimics, for_skull, for_scanner = streams

    geometry = draw_geometry(for_geometry, spec)
    detector = Detector(spec.matrix, geometry.field_of_view / spec.matrix)
    head = make_head(for_head, geometry, detector.pixel_mm)
    carve_relief(for_head, head)
    plans = _plans(for_bleeds, spec, index, head)
    lesions = plan_lesions(for_lesions, head)
    pushes = [push for lesion in lesions for push in lesion.pushes]
    pushes += [push for plan in plans for push in plan.pushes]
    brain = make_brain(for_brain, head, pushes)
    for lesion in lesions:
        lesion.draw(head, brain)
    shares: dict[int, Array] = {}
    free = np.ones_like(brain.hu)
    for plan in plans:
        share = np.minimum(plan.grow(head, brain), free)
        shares[plan.subtype] = shares.get(plan.subtype, 0) + share
        free -= share

    inner = brain.hu
    add_dura(for_mimics, head, inner)
    add_calcifications(for_mimics, head, inner)
    inside = soft_step(head.depth, 0.6)
    within = inside * (head.mni[2] > FORAMEN_Z)
    brain_mask = detector.project(head, within, _sharp(detector, head), 0.0) > 0.5
    # Where bone outshines it, nobody could draw blood.
    visible = detector.project(head, within, 0.9, 0.0) > VISIBLE_SHARE
    if spec.modality == "ct":
        for subtype, share in shares.items():
            inner += share * (blood_hu(for_blood, head, subtype, share) - inner)
    outer = make_surroundings(for_skull, head, head_rest=spec.modality == "ct")
    add_injuries(for_mimics, head, outer.hu)
    hu = outer.hu + inside * (inner - outer.hu)
    if spec.modality == "mr":
        scan = scan_mr(for_scanner, detector, head, mr_signal(for_blood, head, hu, shares.get(1, np.zeros_like(hu))))
    else:
        scan = scan_head(for_scanner, detector, head, hu, outer.petrous)
    return PhantomSubject(
        name=subject_name(index),
        hu=scan,
        truth=_truth(detector, head, shares, brain_mask & visible),
        brain=brain_mask,
        spacing=(geometry.usual_gap, detector.pixel_mm, detector.pixel_mm),
        geometry=geometry,
        modality=spec.modality,
    )


def _plans(rng: np.random.Generator, spec: PhantomSpec, index: int, head: Head) -> list[Plan]:
    subtypes = bleeds_of(spec, index)
    if spec.modality == "mr":
        return [plan_infarct(rng, head) for _ in subtypes]
    return [plan_bleed(rng, head, subtype, 0.6 ** (len(subtypes) - 1)) for subtype in subtypes]


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
