"""From the head to the scan: averaging across the slice, point spread, and the artefacts in their order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.constants import AIR_HU, HIGHEST_HU
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array, along
from bleedmap.phantom.scanner.artefacts import (
    BONE_HU,
    add_metal,
    add_motion,
    bright_rim,
    filtered_noise,
    petrous_streaks,
    scatter_halo,
)

# Standard deviation of the noise, HU: median, spread of the logarithm, range (issue: 2 to 12 HU).
HALO_HU = (-4.0, 26.0)
NOISE_HU, NOISE_SPREAD, NOISE_RANGE = 4.4, 0.4, (2.0, 12.0)


@dataclass(frozen=True)
class Detector:
    """Pixels of the scan.

    Args:
        matrix: rows and columns.
        pixel_mm: their size.
    """

    matrix: int
    pixel_mm: float

    @property
    def centres(self) -> NDArray[np.float64]:
        """(matrix,) positions of the pixel centres about the middle of the field of view, mm."""
        return np.asarray((np.arange(self.matrix) - (self.matrix - 1) / 2) * self.pixel_mm, dtype=np.float64)

    def _weights(self, axis: Array, spread_mm: float) -> Array:
        """(matrix, len(axis)) rows that sum to 1; a Gaussian point spread, cut to bilinear at its narrowest."""
        away = (self.centres[:, None] - axis[None, :].astype(np.float64)) / spread_mm
        away = np.where(np.abs(away) < 4, away, np.inf)
        weights = np.exp(-(away**2) / 2)
        return np.asarray(weights / np.maximum(weights.sum(1, keepdims=True), 1e-6), dtype=np.float32)

    def project(self, head: Head, values: Array, spread_mm: float, outside: float) -> Array:
        """Average across each slice and resample to pixels.

        Args:
            head: grid of the values.
            values: (work slices, work rows, work columns) float32.
            spread_mm: standard deviation of the in-plane point spread.
            outside: value beyond the work grid.

        Returns:
            (slices, matrix, matrix) float32.
        """
        return self.resample(head, across_slices(head, values), spread_mm, outside)

    def resample(self, head: Head, thick: Array, spread_mm: float, outside: float) -> Array:
        """``project`` of what is averaged across each slice already."""
        rows, columns = (self._weights(axis, spread_mm) for axis in head.axes[1:])
        return along(rows, along(columns, thick - np.float32(outside), 2), 1) + np.float32(outside)


def across_slices(head: Head, values: Array) -> Array:
    """(slices, work rows, work columns) mean over the work slices of each slice."""
    return np.asarray(values.reshape(-1, head.sub_slices, *values.shape[1:]).mean(axis=1), dtype=np.float32)


def scan_head(rng: np.random.Generator, detector: Detector, head: Head, hu: Array, petrous: Array) -> NDArray[np.int16]:
    """What the scanner makes of a head.

    Args:
        rng: source of noise and of this scanner's habits.
        detector: pixels.
        head: grid of ``hu``.
        hu: (work slices, work rows, work columns) float32.
        petrous: same shape, closeness to the petrous bones, 0 to 1.

    Returns:
        (slices, rows, columns) int16 HU in [-1024, 3071].
    """
    # Sharp kernels are noisy, and their noise is fine; some also overshoot at edges.
    sharp = rng.random()
    spread = float(np.hypot(0.85 - 0.35 * sharp, 0.25 * detector.pixel_mm))
    overshoot = max(0.0, rng.uniform(-0.3, 0.5)) * sharp
    thick = across_slices(head, hu)
    image = detector.resample(head, thick, spread, -1000.0)
    bone = detector.project(head, petrous, 4.0, 0.0)
    add_motion(rng, image)
    add_metal(rng, image, detector.centres)
    in_head = image > -300

    work_mm = float(head.axes[1][1] - head.axes[1][0])
    halo = scatter_halo(np.clip((thick - BONE_HU) / 1100, 0, 1), rng.uniform(4, 9), work_mm)
    # Uneven, as filters and heads are: stronger towards one side, often the back.
    ramp = detector.centres.astype(np.float32) / 90
    uneven = 1 + np.float32(rng.normal(0.3, 0.5)) * ramp[:, None] + np.float32(rng.normal(0, 0.3)) * ramp
    image += detector.resample(head, halo, spread, 0.0) * np.float32(rng.uniform(*HALO_HU)) * uneven * in_head
    heights = across_slices(head, head.axes[0][:, None, None])[:, 0, 0]
    rim = bright_rim(rng, thick, (heights, head.axes[1], head.axes[2]), work_mm)
    image += detector.resample(head, rim, spread, 0.0) * in_head
    if overshoot > 0.02:
        edge = ndimage.gaussian_filter(image, (0, 1.6 / detector.pixel_mm, 1.6 / detector.pixel_mm), truncate=2.5)
        image += np.float32(overshoot) * (image - edge)
    image += bone * petrous_streaks(rng, heights, detector.centres) * np.float32(rng.uniform(3, 13)) * in_head
    image -= bone * np.float32(rng.uniform(0, 8)) * in_head
    radius = np.clip((detector.centres[:, None] ** 2 + detector.centres**2) / 80.0**2, 0, 1.2).astype(np.float32)
    image += (np.float32(rng.uniform(-1, 5)) * (radius - np.float32(0.4)) + np.float32(rng.normal(0, 0.8))) * in_head
    level = np.clip(rng.lognormal(np.log(NOISE_HU * (0.75 + 0.5 * sharp)), NOISE_SPREAD), *NOISE_RANGE)
    noise = filtered_noise(rng, image.shape, detector.pixel_mm, 2.2 - 1.2 * sharp)
    # The middle of the head and the base, where least light comes through, are noisiest.
    image += np.float32(level) * (np.float32(1.1) - np.float32(0.25) * radius + np.float32(0.7) * bone) * noise
    return np.clip(np.rint(image), AIR_HU, HIGHEST_HU).astype(np.int16)
