"""A head CT as this project holds it: HU slices from foot to head, and where each slice lies in the patient."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import MM3_PER_ML
from bleedmap.errors import ScanError
from bleedmap.volumes.intensity import Intensity

SUBTYPES = ("iph", "ivh", "sah", "sdh", "edh")  # voxel values 1..5 of truth masks
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Geometry:
    """Where the voxels of a stack of parallel slices lie, in mm, LPS patient coordinates (DICOM's own).

    Slices may be unevenly spaced or sheared by a tilted gantry, so each has an origin of its own.

    Args:
        origins: (slices, 3) float64, centre of the first voxel of every slice, from foot to head.
        row_step: (3,) float64, mm from one row to the next (towards the back of the head).
        column_step: (3,) float64, mm from one column to the next (towards the patient's left).
        in_mm: False for pictures without a pixel size, whose "mm" are pixels.
    """

    origins: NDArray[np.float64]
    row_step: NDArray[np.float64]
    column_step: NDArray[np.float64]
    in_mm: bool = True

    @classmethod
    def from_affine(cls, affine: NDArray[np.float64], slices: int, *, in_mm: bool = True) -> Self:
        """Geometry of an evenly spaced stack.

        Args:
            affine: (4, 4) NIfTI affine, voxel index (column, row, slice) to RAS mm.
            slices: number of slices.
            in_mm: False where the pixel size is not known.
        """
        lps = LPS_TO_RAS @ np.asarray(affine, dtype=np.float64)
        origins = lps[:3, 3] + np.arange(slices)[:, None] * lps[:3, 2]
        return cls(origins=origins, row_step=lps[:3, 1], column_step=lps[:3, 0], in_mm=in_mm)

    @property
    def normal(self) -> NDArray[np.float64]:
        """(3,) unit vector across the slices, pointing from the first to the last."""
        normal = np.cross(self.column_step, self.row_step)
        normal = normal / np.linalg.norm(normal)
        along = float(normal @ (self.origins[-1] - self.origins[0]))
        return normal if along >= 0 else -normal

    @property
    def positions(self) -> NDArray[np.float64]:
        """(slices,) mm of every slice along the normal, ascending."""
        return np.asarray(self.origins @ self.normal)

    @property
    def gaps(self) -> NDArray[np.float64]:
        """(slices - 1,) mm between neighbouring slices along the normal."""
        return np.diff(self.positions)

    @property
    def slice_spacing(self) -> float:
        """Median mm between slices along the normal; 1 for a single slice."""
        return float(np.median(self.gaps)) if len(self.origins) > 1 else 1.0

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Mm between (slices, rows, columns)."""
        return (
            self.slice_spacing,
            float(np.linalg.norm(self.row_step)),
            float(np.linalg.norm(self.column_step)),
        )

    @property
    def slice_extents(self) -> NDArray[np.float64]:
        """(slices,) mm of the patient that each slice stands for: half the gap to either neighbour."""
        if len(self.origins) == 1:
            return np.ones(1)
        edges = np.concatenate([[self.gaps[0]], self.gaps, [self.gaps[-1]]])
        return np.asarray((edges[:-1] + edges[1:]) / 2)

    @property
    def voxel_ml(self) -> NDArray[np.float64] | None:
        """(slices,) mL of one voxel of every slice, the gaps to its neighbours shared out; None where not in mm.

        The one place where mm become mL; a single slice stands for 1 mm of the patient.
        """
        if not self.in_mm:
            return None
        _, row_mm, column_mm = self.spacing
        return np.asarray(self.slice_extents * row_mm * column_mm / MM3_PER_ML)

    def is_even(self, tolerance_mm: float = 0.1) -> bool:
        """Whether one step leads from every slice to the next, also sideways, within a tolerance in mm."""
        return len(self.origins) < 3 or bool(np.ptp(np.diff(self.origins, axis=0), axis=0).max() <= tolerance_mm)

    def tilt_degrees(self) -> float:
        """Angle between the slice normal and the line through the slice origins (gantry tilt), in degrees."""
        if len(self.origins) < 2:
            return 0.0
        line = self.origins[-1] - self.origins[0]
        cosine = float(line @ self.normal / np.linalg.norm(line))
        return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))

    def affine(self) -> NDArray[np.float64]:
        """(4, 4) NIfTI affine, voxel index (column, row, slice) to RAS mm; sheared for a tilted gantry.

        Exact for an even stack; for an uneven one it is true for the first and last slice only (see ``is_even``).
        """
        lps = np.eye(4)
        lps[:3, 0], lps[:3, 1] = self.column_step, self.row_step
        last = len(self.origins) - 1
        lps[:3, 2] = (self.origins[-1] - self.origins[0]) / last if last else self.normal
        lps[:3, 3] = self.origins[0]
        return LPS_TO_RAS @ lps


@dataclass(frozen=True)
class CtVolume:
    """One head CT.

    Args:
        hu: (slices, rows, columns) int16 Hounsfield units in [-1024, 3071], slices from foot to head, rows from
            front to back, columns from the patient's right to left (as a radiologist looks at it).
        geometry: where the slices lie.
        slice_keys: what a label table may call each slice (SOP instance UID, file name); private, never written.
        flags: what a person should look at, such as ``missing-slices``; one word each.
        intensity: what the values of ``hu`` are: ``hu``, ``mr`` or ``picture`` (see ``volumes.intensity``).
    """

    hu: NDArray[np.int16]
    geometry: Geometry
    slice_keys: tuple[str, ...] = field(default=(), repr=False)
    flags: tuple[str, ...] = ()
    intensity: Intensity = "hu"

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
    scan_label: int = -1
    boxes: tuple[Box, ...] = ()
    scan_subtypes: NDArray[np.int8] | None = None
    truth_subtypes: bool = False
