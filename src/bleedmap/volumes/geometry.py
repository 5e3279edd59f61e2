"""Where the slices of a scan lie in the patient: origins and steps in mm, tilted and uneven as scanned."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import MM3_PER_ML

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
    def own_origins(self) -> NDArray[np.float64]:
        """(slices, 3) mm of every slice's first voxel across the slices, along rows and along columns, from the first.

        A tilted gantry moves them along the slices, too.
        """
        _, row_mm, column_mm = self.spacing
        axes = np.stack([self.normal, self.row_step / row_mm, self.column_step / column_mm])
        return np.asarray((self.origins - self.origins[0]) @ axes.T)

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
