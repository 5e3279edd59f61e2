"""A few numbers of a scan by which it is compared with the scans that a method learnt on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.brain.gates import brain_ml
from bleedmap.brain.skull.work_grid import shrink_factor, shrunk
from bleedmap.constants import AIR_HU, HIGHEST_HU
from bleedmap.volumes.ct_volume import CtVolume

BODY_HU, BONE_HU = -200.0, 150.0  # of anything but air, and of bone, as brain masks have it
REACH_MM = 4.0  # from the brain's outline to the bone around it: dura, fluid and the blur of the table
FLAT_MM = 7.0  # side of the squares in which noise is measured
MM2_PER_CM2 = 100.0
STEPS_PER_HU, LOUDEST_HU = 20, 200  # of the histogram of noise


@dataclass(frozen=True)
class ScanStatistics:
    """What a scan is like; None where it cannot be known, in pictures without mm, in one slice, without a brain.

    Args:
        slices: number of slices.
        slice_mm: median gap between slices.
        pixel_mm: side of a pixel, the longer one.
        field_mm: side of the picture, the longer one.
        coverage_mm: from the first slice to the last, across the slices, both included.
        brain_ml: volume of the brain mask.
        brain_cm2: largest area of the brain mask in a slice.
        brain_hu: median of the brain mask, HU, or on the display scale of an MR.
        brain_spread_hu: half the way from its 16th to its 84th percentile, the standard deviation of a Gaussian.
        noise_hu: lower quartile of the standard deviations in squares of 7 mm inside the brain, on pixels of about a
            millimetre: a square without an edge in it (Christianson 2015, who take the mode).
        skull_share: share of the brain's outline with bone within 4 mm; of CT alone.
        bone_share: share of bone in all that is no air; of CT alone.
    """

    slices: int
    slice_mm: float | None = None
    pixel_mm: float | None = None
    field_mm: float | None = None
    coverage_mm: float | None = None
    brain_ml: float | None = None
    brain_cm2: float | None = None
    brain_hu: float | None = None
    brain_spread_hu: float | None = None
    noise_hu: float | None = None
    skull_share: float | None = None
    bone_share: float | None = None


def scan_statistics(volume: CtVolume, brain: NDArray[np.uint8]) -> ScanStatistics:
    """Measure a scan, slice by slice.

    Args:
        volume: the scan.
        brain: (slices, rows, columns) uint8 brain mask, 1 inside.
    """
    is_stack, in_mm = len(brain) > 1, volume.geometry.in_mm
    slice_mm, row_mm, column_mm = volume.geometry.spacing
    sides = (brain.shape[1] * row_mm, brain.shape[2] * column_mm)
    areas = brain.sum(axis=(1, 2), dtype=np.int64)
    low, middle, high = _percentiles(volume.hu, brain)
    seen = _seen(volume, brain) if in_mm else _Seen()
    is_ct = in_mm and volume.intensity == "hu"
    return ScanStatistics(
        slices=len(brain),
        slice_mm=slice_mm if is_stack and in_mm else None,
        pixel_mm=max(row_mm, column_mm) if in_mm else None,
        field_mm=max(sides) if in_mm else None,
        coverage_mm=float(volume.geometry.slice_extents.sum()) if is_stack and in_mm else None,
        brain_ml=brain_ml(brain, volume),
        brain_cm2=float(areas.max()) * row_mm * column_mm / MM2_PER_CM2 if in_mm else None,
        brain_hu=middle,
        brain_spread_hu=None if low is None or high is None else (high - low) / 2,
        noise_hu=seen.noise_hu,
        skull_share=seen.skull_share if is_ct else None,
        bone_share=seen.bone_share if is_ct else None,
    )


@dataclass(frozen=True)
class _Seen:
    noise_hu: float | None = None
    skull_share: float | None = None
    bone_share: float | None = None


def _seen(volume: CtVolume, brain: NDArray[np.uint8]) -> _Seen:
    """What is measured on pixels of about a millimetre, whose noise does not depend on the matrix."""
    _, row_mm, column_mm = volume.geometry.spacing
    factor = shrink_factor((row_mm, column_mm))
    pixels = [max(1, round(FLAT_MM / (mm * factor))) for mm in (row_mm, column_mm)]
    reach = [2 * round(REACH_MM / (mm * factor)) + 1 for mm in (row_mm, column_mm)]
    noise = np.zeros(STEPS_PER_HU * LOUDEST_HU + 1, dtype=np.int64)
    outline = covered = bony = body = 0
    for plane, mask in zip(volume.hu, brain, strict=True):
        hu = shrunk(plane[None], factor)[0]
        bone = hu > BONE_HU
        bony, body = bony + int(bone.sum()), body + int((hu > BODY_HU).sum())
        if not mask.any():
            continue
        inside = shrunk(mask[None], factor)[0] >= 0.5
        edge = inside & ~ndimage.binary_erosion(inside)
        outline += int(edge.sum())
        covered += int((edge & ndimage.maximum_filter(bone, size=reach)).sum())
        flat = _deviations(hu, pixels)[ndimage.minimum_filter(inside, size=pixels)]
        noise += np.bincount(np.minimum(flat * STEPS_PER_HU, len(noise) - 1).astype(np.int64), minlength=len(noise))
    return _Seen(
        noise_hu=_quantile(noise, 0.25, 0.0, 1 / STEPS_PER_HU),
        skull_share=covered / outline if outline else None,
        bone_share=bony / body if body else None,
    )


def _deviations(hu: NDArray[np.float32], size: list[int]) -> NDArray[np.float64]:
    """(rows, columns) standard deviation, HU, in the square around every pixel."""
    values = hu.astype(np.float64)
    mean = ndimage.uniform_filter(values, size)
    return np.asarray(np.sqrt(np.maximum(ndimage.uniform_filter(values**2, size) - mean**2, 0)))


def _percentiles(hu: NDArray[np.int16], brain: NDArray[np.uint8]) -> tuple[float | None, float | None, float | None]:
    """16th, 50th and 84th percentile of a brain, HU."""
    counts = np.zeros(HIGHEST_HU - AIR_HU + 1, dtype=np.int64)
    for plane, mask in zip(hu, brain, strict=True):
        counts += np.bincount(plane[mask > 0].astype(np.int64) - AIR_HU, minlength=len(counts))
    low, middle, high = (_quantile(counts, share, AIR_HU, 1.0) for share in (0.16, 0.5, 0.84))
    return low, middle, high


def _quantile(counts: NDArray[np.int64], share: float, first: float, step: float) -> float | None:
    """Value below which a share of what a histogram counts lies; None where it is empty."""
    if not counts.any():
        return None
    sums = counts.cumsum()
    return float(first + step * int(np.searchsorted(sums, share * sums[-1])))
