"""From the head to the scan: averaging across the slice, point spread, streaks, cupping, noise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from bleedmap.phantom.fields import REACH_MM, Array, along, smooth_field
from bleedmap.phantom.head import Head


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
        thick = values.reshape(-1, head.sub_slices, *values.shape[1:]).mean(axis=1) - np.float32(outside)
        rows, columns = (self._weights(axis, spread_mm) for axis in head.axes[1:])
        return along(rows, along(columns, thick, 2), 1) + np.float32(outside)


def _noise(rng: np.random.Generator, detector: Detector, slices: int, cut_mm: float) -> Array:
    """Noise of standard deviation 1 with the spectrum of filtered back projection: a ramp, rolled off.

    Args:
        rng: source of the noise; slices are independent, as in axial scanning.
        detector: pixels.
        slices: how many.
        cut_mm: length below which the kernel rolls off, mm.
    """
    white = rng.standard_normal((slices, detector.matrix, detector.matrix), dtype=np.float32)
    rows, columns = fft.fftfreq(detector.matrix, detector.pixel_mm), fft.rfftfreq(detector.matrix, detector.pixel_mm)
    frequency = np.hypot(rows[:, None], columns[None, :])
    shape = (0.03 + frequency) * np.exp(-((frequency * cut_mm) ** 2))
    noise = fft.irfft2(fft.rfft2(white) * shape.astype(np.float32), s=white.shape[1:])
    return np.asarray(noise / noise.std(), dtype=np.float32)


def _streaks(rng: np.random.Generator, detector: Detector, head: Head, slices: int) -> Array:
    """Bands from one petrous bone to the other: coarse from left to right, fine from front to back."""
    centres = detector.centres.astype(np.float32)
    inside = np.clip(centres, -REACH_MM, REACH_MM)
    slice_mm = float(head.axes[0][1] - head.axes[0][0]) * head.sub_slices
    positions = np.clip((np.arange(slices) * slice_mm - 100).astype(np.float32), -REACH_MM, REACH_MM)
    return smooth_field(rng, (positions, inside, inside), (max(slice_mm / 2, 2.0), 2.5, 40.0))


def _move(rng: np.random.Generator, image: Array) -> None:
    """In one scan of seven the patient moves for a few slices: each is the mean of where the head was, in place."""
    if rng.random() >= 1 / 7:
        return
    first = int(rng.integers(0, max(1, len(image) - 3)))
    for number in range(first, min(first + int(rng.integers(2, 5)), len(image))):
        way = rng.normal(0, 1.3, 2) / rng.uniform(0.8, 1.2)
        moved = ndimage.shift(image[number], way, order=1, mode="nearest")
        image[number] = 0.6 * image[number] + 0.4 * moved


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
    spread = rng.uniform(0.55, 0.8)
    spread = float(np.hypot(spread, 0.25 * detector.pixel_mm))
    image = detector.project(head, hu, spread, -1000.0)
    bone = detector.project(head, petrous, 4.0, 0.0)
    _move(rng, image)

    in_head = image > -300
    image += bone * _streaks(rng, detector, head, len(image)) * np.float32(rng.uniform(5, 13)) * in_head
    image -= bone * np.float32(rng.uniform(0, 8)) * in_head
    radius = (detector.centres[:, None] ** 2 + detector.centres**2).astype(np.float32) / np.float32(80.0**2)
    image += np.float32(rng.uniform(0, 5)) * (np.clip(radius, 0, 1.2) - np.float32(0.4)) * in_head
    level = np.float32(rng.uniform(3.4, 6.4)) * (1 + np.float32(0.7) * bone)
    image += level * _noise(rng, detector, len(image), rng.uniform(1.2, 2.0))
    return np.clip(np.rint(image), -1024, 3071).astype(np.int16)
