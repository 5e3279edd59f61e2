"""The one series of a study to keep: what a reader of the head would open first."""

from collections.abc import Sequence

import numpy as np

from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume

USUAL_GAP_MM = 5.0
SHARP = 2.0  # times the noise of the smoothest series
SOFT_TISSUE_HU = (0, 80)


def choose_series(volumes: Sequence[CtVolume]) -> int:
    """Index of the series to keep: smooth rather than sharp, gap nearest to 5 mm, most slices, first.

    Kernels have other names with every maker, so sharpness is told by the noise in soft tissue.

    Args:
        volumes: axial series of one study, at least one.
    """
    noise = [_noise(volume) for volume in volumes]

    def rank(index: int) -> tuple[bool, float, int, int]:
        volume = volumes[index]
        gap = round(abs(volume.geometry.slice_spacing - USUAL_GAP_MM), 1)
        return noise[index] > SHARP * min(noise), gap, -len(volume.hu), index

    return min(range(len(volumes)), key=rank)


def other_series() -> ScanError:
    """Why the others are left out."""
    return ScanError(
        "other-series",
        found="another series of a study of which one is kept",
        expected="one series a study",
        remedy="nothing, or set series: all to keep each as a scan of its own",
    )


def _noise(volume: CtVolume) -> float:
    """HU between neighbours in soft tissue, as if the slices were 5 mm thick; infinite without soft tissue."""
    slices = len(volume.hu)
    middle = volume.hu[slices // 4 : slices - slices // 4]
    soft = (middle > SOFT_TISSUE_HU[0]) & (middle < SOFT_TISSUE_HU[1])
    pairs = soft[:, :, 1:] & soft[:, :, :-1]
    if not pairs.any():
        return np.inf
    steps = np.abs(np.diff(middle, axis=2))[pairs]
    return float(steps.mean()) * float(np.sqrt(volume.geometry.slice_spacing / USUAL_GAP_MM))
