"""What the scanner adds that is not there: streaks of bone and metal, scatter, motion, noise."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from bleedmap.constants import HIGHEST_HU
from bleedmap.phantom.fields import REACH_MM, Array, Axes, smooth_field

METAL_HU = float(HIGHEST_HU)
# Above all blood, so that a bleed casts no halo.
BONE_HU = 100.0
# Chosen by eye: at the table itself a rim is about half as bright as its strength.
RIM_HU, RIM_REACH_MM, RIM_STRETCH_MM = (0.0, 70.0), (1.5, 4.0), 25.0


def filtered_noise(rng: np.random.Generator, shape: tuple[int, int, int], pixel_mm: float, cut_mm: float) -> Array:
    """Noise of standard deviation 1 with the spectrum of filtered back projection: a ramp, rolled off.

    Args:
        rng: source of the noise; slices are independent, as in axial scanning.
        shape: (slices, rows, columns).
        pixel_mm: pixel size.
        cut_mm: length below which the kernel rolls off, mm.
    """
    white = rng.standard_normal(shape, dtype=np.float32)
    rows, columns = fft.fftfreq(shape[1], pixel_mm), fft.rfftfreq(shape[2], pixel_mm)
    frequency = np.hypot(rows[:, None], columns[None, :])
    kernel = (0.03 + frequency) * np.exp(-((frequency * cut_mm) ** 2))
    noise = fft.irfft2(fft.rfft2(white) * kernel.astype(np.float32), s=shape[1:])
    return np.asarray(noise / noise.std(), dtype=np.float32)


def petrous_streaks(rng: np.random.Generator, heights: Array, centres: NDArray[np.float64]) -> Array:
    """Bands from one petrous bone to the other: coarse from left to right, fine from front to back.

    Args:
        rng: source of the bands.
        heights: (slices,) mm.
        centres: (matrix,) mm of the pixels about the middle of the picture.

    Returns:
        (slices, matrix, matrix) float32 of standard deviation 1.
    """
    inside = np.clip(centres.astype(np.float32), -REACH_MM, REACH_MM)
    gap = float(np.median(np.diff(heights))) if len(heights) > 1 else 5.0
    return smooth_field(rng, (np.clip(heights, -REACH_MM, REACH_MM), inside, inside), (max(gap / 2, 2.0), 2.5, 40.0))


def scatter_halo(bone: Array, reach_mm: float, pixel_mm: float) -> Array:
    """How much bone lies around each place, 0 to 1: what scatter and a wide focus smear inwards.

    Args:
        bone: (slices, rows, columns) float32 share of dense bone.
        reach_mm: standard deviation of the smear.
        pixel_mm: grid of ``bone``.
    """
    spread = reach_mm / pixel_mm
    return np.asarray(ndimage.gaussian_filter(bone, (0, spread, spread), truncate=2.5), dtype=np.float32)


def bright_rim(rng: np.random.Generator, thick: Array, axes: Axes, pixel_mm: float) -> Array:
    """The narrow bright edge that a leaning vault leaves inside the skull, in stretches; much like a thin subdural, HU.

    Args:
        rng: source of its reach, strength and stretches.
        thick: (slices, rows, columns) float32 HU averaged across each slice.
        axes: positions along (slices, rows, columns), mm.
        pixel_mm: grid of ``thick``.
    """
    bone = np.clip((thick - np.float32(BONE_HU)) / np.float32(500), 0, 1)
    stretches = np.clip(0.5 + 0.5 * smooth_field(rng, axes, RIM_STRETCH_MM), 0, 1.5)
    rim = scatter_halo(bone, rng.uniform(*RIM_REACH_MM), pixel_mm)
    return np.asarray(rim * stretches * np.float32(rng.uniform(*RIM_HU)), dtype=np.float32)


def add_metal(rng: np.random.Generator, image: Array, centres: NDArray[np.float64]) -> None:
    """A clip, electrode or tooth filling with its star of streaks in one scan of twenty, in place."""
    if rng.random() >= 1 / 20:
        return
    first, count = int(rng.integers(0, max(1, len(image) * 2 // 3))), int(rng.integers(1, 4))
    way, out = rng.uniform(0, 2 * np.pi), rng.uniform(62, 92)
    row, column = out * np.sin(way), out * 0.8 * np.cos(way)
    y, x = centres[:, None] - row, centres[None, :] - column
    away, angle = np.hypot(x, y).astype(np.float32), np.arctan2(y, x).astype(np.float32)
    star = np.zeros_like(away)
    for _ in range(int(rng.integers(4, 10))):
        turn, width, strength = rng.uniform(-np.pi, np.pi), rng.uniform(0.02, 0.1), rng.normal(0, 130)
        near = np.abs(np.angle(np.exp(1j * (angle - turn)))).astype(np.float32)
        star += np.float32(strength) * np.exp(-((near / np.float32(width)) ** 2))
    star /= 1 + away / np.float32(14)
    spot = away < rng.uniform(1.2, 3.0)
    for number in range(first, min(first + count, len(image))):
        image[number] += star * (image[number] > -600) * np.float32(rng.uniform(0.5, 1))
        image[number][spot] = METAL_HU


def add_motion(rng: np.random.Generator, image: Array) -> None:
    """In one scan of seven the patient moves for a few slices: each is the mean of where the head was, in place."""
    if rng.random() >= 1 / 7:
        return
    first = int(rng.integers(0, max(1, len(image) - 3)))
    for number in range(first, min(first + int(rng.integers(2, 5)), len(image))):
        way = rng.normal(0, 1.3, 2) / rng.uniform(0.8, 1.2)
        moved = ndimage.shift(image[number], way, order=1, mode="nearest")
        image[number] = np.float32(0.6) * image[number] + np.float32(0.4) * moved
