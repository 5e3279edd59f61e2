"""The bleeds that points are to be found in: boxes that readers drew, else boxes around what is drawn in the truth."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from bleedmap.constants import SUBTYPES
from bleedmap.scoring.classes import ANY, class_mask
from bleedmap.volumes.ct_volume import Box, Scan

EIGHT = np.ones((3, 3), dtype=int)  # pixels that touch at a corner are one bleed


def boxes_of(scan: Scan, class_name: str) -> tuple[Box, ...] | None:
    """Boxes of a class on all slices of a scan, in the scan's own pixels.

    Args:
        scan: with boxes, with voxel truth, or known to hold no bleed at all.
        class_name: one of ``CLASSES``; for ``any``, boxes of every subtype.

    Returns:
        None where nobody knows where this class lies: neither boxes nor truth, or both without subtypes.
    """
    if scan.boxes and (class_name == ANY or all(box.subtype in SUBTYPES for box in scan.boxes)):
        return tuple(box for box in scan.boxes if class_name in {ANY, box.subtype})
    if scan.truth is not None and (class_name == ANY or scan.truth_subtypes):
        return tuple(_around_parts(class_mask(scan.truth, class_name), class_name))
    return () if scan.scan_label == 0 and not scan.boxes else None


def judged_slices(scan: Scan) -> NDArray[np.bool_]:
    """(slices,) bool, where a point can be told right or wrong: all, or if truth stands in for boxes, drawn ones."""
    if scan.boxes or scan.truth is None or scan.truth_slices is None:
        return np.ones(len(scan.volume.hu), dtype=bool)
    return np.asarray(scan.truth_slices, dtype=bool)


def _around_parts(mask: NDArray[np.bool_], class_name: str) -> Iterator[Box]:
    """The bounding box of every connected part of every slice."""
    for index in np.flatnonzero(mask.any(axis=(1, 2))).tolist():
        for rows, columns in find_objects(label(mask[index], EIGHT)[0]):
            yield Box(
                slice=index,
                top=float(rows.start),
                left=float(columns.start),
                height=float(rows.stop - rows.start),
                width=float(columns.stop - columns.start),
                subtype=class_name,
            )
