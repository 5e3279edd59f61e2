"""Label tables of a cohort: one row a slice and one row a scan, as the folder adapter reads them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PhantomSpec
from bleedmap.constants import SUBTYPES
from bleedmap.phantom.scanner.series import slice_uid
from bleedmap.phantom.subject import PhantomSubject

VALUES = ("hemorrhage", *SUBTYPES)
SLICE_COLUMNS = ("scan", "slice", "subject", *VALUES)
SCAN_COLUMNS = ("scan", "subject", *VALUES)

Cells = tuple[str | int, ...]


def slice_rows(spec: PhantomSpec, index: int, subject: PhantomSubject) -> Iterator[Cells]:
    """A row a slice: scan, SOP instance UID, subject, hemorrhage and subtypes (0, 1, or empty for not said)."""
    wrong = np.random.default_rng([spec.seed, index, 3]).random(len(subject.truth)) < spec.label_noise
    for number, truth in enumerate(subject.truth):
        row = (subject.name, slice_uid(spec.seed, index, number), subject.name)
        yield (*row, *(_flipped(truth) if wrong[number] else _values(spec, truth)))


def scan_row(spec: PhantomSpec, subject: PhantomSubject) -> Cells:
    """The row of a scan: scan, subject, hemorrhage and subtypes; never wrong."""
    return (subject.name, subject.name, *_values(spec, subject.truth))


def _values(spec: PhantomSpec, truth: NDArray[np.uint8]) -> Cells:
    if spec.modality == "mr":
        return (int(truth.any()), *("" for _ in SUBTYPES))
    return (int(truth.any()), *(int((truth == value).any()) for value in range(1, len(SUBTYPES) + 1)))


def _flipped(truth: NDArray[np.uint8]) -> Cells:
    """What a mistaken reader writes: no bleed and no subtype, or a bleed of no subtype in particular."""
    return (0, *(0 for _ in SUBTYPES)) if truth.any() else (1, *("" for _ in SUBTYPES))
