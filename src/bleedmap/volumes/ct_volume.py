"""A head CT or MR as this project holds it: slices from foot to head, and what the data set knows about them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_LABEL
from bleedmap.errors import ScanError
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.intensity import Intensity


@dataclass(frozen=True)
class CtVolume:
    """One head scan.

    Args:
        hu: (slices, rows, columns) int16 in [-1024, 3071], slices from foot to head, rows from front to back, columns
            from the patient's right to left (as a radiologist looks at it): Hounsfield units, or what ``intensity``
            says on a display scale of its own.
        geometry: where the slices lie.
        slice_keys: what a label table may call each slice (SOP instance UID, file name); private, never written.
        flags: what a person should look at, such as ``missing-slices``; one word each.
        intensity: what the values of ``hu`` are: ``hu``, ``mr`` or ``picture`` (see ``volumes.intensity``).
        window: level and width, HU, that a picture was read with; None for what is no picture.
    """

    hu: NDArray[np.int16]
    geometry: Geometry
    slice_keys: tuple[str, ...] = field(default=(), repr=False)
    flags: tuple[str, ...] = ()
    intensity: Intensity = "hu"
    window: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.hu.ndim != 3 or len(self.hu) != len(self.geometry.origins):
            raise ScanError(
                "shape",
                found=f"an array of shape {self.hu.shape} with {len(self.geometry.origins)} slice positions",
                expected="(slices, rows, columns) with one position a slice",
                remedy="look for missing or double slices in the source",
            )


@dataclass(frozen=True)
class Box:
    """A bleed as a reader framed it on one slice, in the voxel order of the volume.

    Args:
        slice: index from the foot.
        top: first row, pixels; may be a fraction.
        left: first column, pixels.
        height: rows, pixels.
        width: columns, pixels.
        subtype: one of ``SUBTYPES`` or ``any``.
    """

    slice: int
    top: float
    left: float
    height: float
    width: float
    subtype: str


@dataclass(frozen=True)
class Scan:
    """A volume with what the data set knows about it.

    Args:
        id: public name of the scan: the data set's own where that is public, else a keyed hash.
        subject: public name of the patient; every split keeps a subject whole.
        volume: the CT.
        labels: (slices,) int8, 1 bleed, 0 no bleed, -1 unknown.
        truth: (slices, rows, columns) uint8 voxel truth, 0 background, 1 hemorrhage or 1..5 = IPH, IVH, SAH, SDH,
            EDH; None where nobody drew any.
        truth_slices: (slices,) bool, which slices have voxel truth; None means all (or none without truth).
        truth_subtypes: whether values of ``truth`` tell subtypes; False: 1 is hemorrhage of any kind.
        subtypes: (slices, 5) int8 in the order of ``SUBTYPES``, 1 bleed, 0 none, -1 unknown; None where nobody said.
        scan_label: 1 a bleed somewhere, 0 none, -1 unknown.
        scan_subtypes: (5,) int8 in the order of ``SUBTYPES``, 1 somewhere in the scan, 0 nowhere, -1 unknown; None
            where nobody said.
        boxes: bleeds that readers framed.
    """

    id: str
    subject: str
    volume: CtVolume
    labels: NDArray[np.int8]
    truth: NDArray[np.uint8] | None = None
    truth_slices: NDArray[np.bool_] | None = None
    subtypes: NDArray[np.int8] | None = None
    scan_label: int = UNKNOWN_LABEL
    boxes: tuple[Box, ...] = ()
    scan_subtypes: NDArray[np.int8] | None = None
    truth_subtypes: bool = False
