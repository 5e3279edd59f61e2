"""Slice labels that follow from voxel truth, where no reader gave any."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import SUBTYPES, UNKNOWN_LABEL
from bleedmap.datasets.scan_labels import ScanLabels, of_scan, subtypes_of_scan


def with_truth(known: ScanLabels, truth: NDArray[np.uint8], *, has_subtypes: bool) -> ScanLabels:
    """Labels with their gaps filled from a mask; a reader's own label stays, also where the mask says otherwise.

    Args:
        known: what readers said.
        truth: (slices, rows, columns) uint8, 0 background, 1 hemorrhage or 1..5 in the order of ``SUBTYPES``.
        has_subtypes: whether the values are subtypes.
    """
    labels = _filled(known.labels, np.asarray(truth.any(axis=(1, 2))))
    subtypes = known.subtypes
    if has_subtypes:
        drawn = np.stack([(truth == value).any(axis=(1, 2)) for value in range(1, len(SUBTYPES) + 1)], axis=1)
        subtypes = _filled(np.full(drawn.shape, UNKNOWN_LABEL, dtype=np.int8) if subtypes is None else subtypes, drawn)
    of_subtypes = subtypes_of_scan(subtypes, known.scan_subtypes)
    return ScanLabels(labels, subtypes, of_scan(labels, known.scan_label), of_subtypes)


def _filled(labels: NDArray[np.int8], drawn: NDArray[np.bool_]) -> NDArray[np.int8]:
    return np.where(labels == UNKNOWN_LABEL, drawn, labels).astype(np.int8)
