"""Where a scanner puts its slices: thickness, gaps, gantry tilt and field of view, as in the headers of real sets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.datasets import PhantomSpec

# Shares and ranges as in the NIfTI headers of BHSD (192 volumes) and PhysioNet CT-ICH (75 scans): 5 mm in 58 % of both
# together, 5.0 to 5.6 mm in most of the rest (5th percentile 2.6, largest 6.5); a tilt of 10 to 25 degrees in 46 %;
# 250 mm in half of them, 194 to 236 mm else. Half thin and half thick slices, as in the public GE scan, are rare.
USUAL_MM, USUAL_SHARE = 5.0, 0.6
OTHER_GAPS_MM, THIN_MM, THICK_MM = (5.0, 5.6), (2.5, 4.0), (6.0, 7.0)
TILT_SHARE, TILT_DEGREES = 0.46, (10.0, 25.0)
WIDE_MM, WIDE_SHARE, NARROW_MM = 250.0, 0.4, (208.0, 240.0)
UNEVEN_SHARE = 0.06
LENGTH_MM = (140.0, 168.0)


@dataclass(frozen=True)
class ScanGeometry:
    """Stack of slices along the couch.

    Args:
        gaps: (slices - 1,) mm along the couch from each slice to the next, foot to head.
        thickness: (slices,) mm across each slice.
        tilt: angle of the gantry, degrees; above 0 the front of a slice lies nearer the vertex than its back.
        field_of_view: side of the square picture, mm.
    """

    gaps: NDArray[np.float64]
    thickness: NDArray[np.float64]
    tilt: float
    field_of_view: float

    @property
    def heights(self) -> NDArray[np.float64]:
        """(slices,) mm along the couch, 0 for the lowest slice."""
        return np.concatenate([[0.0], np.cumsum(self.gaps)])

    @property
    def usual_gap(self) -> float:
        """Mm from most slices to the next."""
        return float(np.median(self.gaps if len(self.gaps) else self.thickness))


def draw_geometry(rng: np.random.Generator, spec: PhantomSpec) -> ScanGeometry:
    """One scan's geometry; what the spec fixes is as it says."""
    length, uneven, kind = rng.uniform(*LENGTH_MM), rng.random(), rng.random()
    tilt = rng.uniform(*TILT_DEGREES) if rng.random() < TILT_SHARE else 0.0
    wide = rng.random() < WIDE_SHARE
    narrow_mm = rng.uniform(*NARROW_MM)
    other_mm = [round(rng.uniform(*between), 1) for between in (OTHER_GAPS_MM, THIN_MM, THICK_MM)]
    gap = USUAL_MM
    if kind > USUAL_SHARE:
        gap = other_mm[0] if kind < 0.86 else other_mm[1] if kind < 0.93 else other_mm[2]
    gap = spec.slice_thickness_mm or gap
    gaps = np.full(max(1, round(length / gap)) - 1, gap)
    thickness = np.full(len(gaps) + 1, gap)
    if spec.slice_thickness_mm is None and uneven < UNEVEN_SHARE:
        thin, thick = 4.2, 7.4
        gaps = np.repeat([thin, 1.1, thick], [14, 1, round((length - 60) / thick)])
        thickness = np.concatenate([np.full(15, 4.0), np.full(len(gaps) - 14, 7.0)])
    return ScanGeometry(
        gaps=gaps,
        thickness=thickness,
        tilt=round(tilt, 1) if spec.gantry_tilt_degrees is None else spec.gantry_tilt_degrees,
        field_of_view=spec.field_of_view_mm or (WIDE_MM if wide else round(narrow_mm, 1)),
    )
