"""How a scan looks, in numbers: histogram of the brain, noise power spectrum, edge of the inner table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.volumes.ct_volume import CtVolume

HU_BINS = np.arange(-20, 101, 1.0)
PATCH = 32
DISTANCES_MM = np.arange(-60, 61) / 10


@dataclass(frozen=True)
class Look:
    """What one scan looks like.

    Args:
        histogram: (bins,) share of the brain's pixels in each of ``HU_BINS``, per HU.
        frequency: (f,) cycles/mm.
        spectrum: (f,) noise power, HU² mm².
        noise_hu: spread of homogeneous tissue, HU.
        edge: (distances,) mean rise from brain (0) to bone (1) along ``DISTANCES_MM``, outwards.
        rise_mm: (profiles,) distance from 10 to 50 % of the way from brain to bone.
    """

    histogram: NDArray[np.float64]
    frequency: NDArray[np.float64]
    spectrum: NDArray[np.float64]
    noise_hu: float
    edge: NDArray[np.float64]
    rise_mm: NDArray[np.float64]


def look_at(volume: CtVolume, brain: NDArray[np.bool_]) -> Look:
    """Measure one scan inside its (slices, rows, columns) brain mask."""
    counts, _ = np.histogram(volume.hu[brain], HU_BINS)
    pixel_mm = volume.geometry.spacing[1]
    frequency, spectrum, noise = noise_spectrum(volume.hu, brain, pixel_mm)
    edge, rise = edge_spread(volume.hu, brain, pixel_mm)
    return Look(counts / max(1, counts.sum()), frequency, spectrum, noise, edge, rise)


def noise_spectrum(
    hu: NDArray[np.int16], brain: NDArray[np.bool_], pixel_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Radial noise power spectrum of the quietest fifth of the brain's patches, a plane fitted away from each.

    Returns:
        Frequencies, cycles/mm; power, HU² mm²; and the standard deviation, HU.
    """
    rows, columns = np.mgrid[:PATCH, :PATCH].reshape(2, -1)
    plane = np.stack([np.ones(PATCH**2), rows, columns, rows * columns, rows**2, columns**2], axis=1)
    solve = np.linalg.pinv(plane)
    patches = []
    for image, mask in zip(hu, brain, strict=True):
        for top in range(0, image.shape[0] - PATCH + 1, PATCH // 2):
            for left in range(0, image.shape[1] - PATCH + 1, PATCH // 2):
                where = (slice(top, top + PATCH), slice(left, left + PATCH))
                if mask[where].all():
                    patch = image[where].astype(np.float64).ravel()
                    patches.append((patch - plane @ (solve @ patch)).reshape(PATCH, PATCH))
    if not patches:
        return np.zeros(0), np.zeros(0), np.nan
    stack = np.stack(patches)
    quiet = stack[np.argsort(stack.var(axis=(1, 2)))[: max(1, len(stack) // 5)]]
    power = (np.abs(np.fft.fft2(quiet)) ** 2).mean(axis=0) * pixel_mm**2 / PATCH**2
    lines = np.fft.fftfreq(PATCH, pixel_mm)
    radius = np.hypot(lines[:, None], lines)
    ring = np.rint(radius * PATCH * pixel_mm).astype(int)
    kept = ring <= PATCH // 2
    radial = np.bincount(ring[kept], power[kept]) / np.bincount(ring[kept])
    return np.arange(len(radial)) / (PATCH * pixel_mm), radial, float(quiet.std())


def edge_spread(
    hu: NDArray[np.int16], brain: NDArray[np.bool_], pixel_mm: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rise from brain to bone along rays from the middle of the brain, in the slices of the vault.

    Returns:
        The mean profile over ``DISTANCES_MM`` about the half-way point, and each profile's distance from 10 to
        50 % of the way, mm: beyond that, what the profile meets is the make of the bone, not its edge.
    """
    areas = brain.sum(axis=(1, 2))
    widest = int(areas.argmax())
    vault = [n for n in range(widest, len(hu)) if areas[n] > 0.5 * areas[widest]]
    steps = np.arange(0, 130 / pixel_mm, 0.1 / pixel_mm)
    angles = np.radians(np.arange(0, 360, 3))
    profiles, rises = [], []
    for number in vault:
        middle = ndimage.center_of_mass(brain[number])
        points = np.stack(
            [m + np.outer(way, steps) for m, way in zip(middle, (np.sin(angles), np.cos(angles)), strict=True)]
        )
        for ray in ndimage.map_coordinates(hu[number].astype(np.float32), points, order=1, mode="nearest"):
            bony = np.flatnonzero(ray > 500)
            if not bony.size or not 70 < bony[0] < len(ray) - 130:
                continue
            top = bony[0] + int(ray[bony[0] : bony[0] + 40].argmax())
            low, high = float(np.median(ray[bony[0] - 70 : bony[0] - 30])), float(ray[top])
            share = (ray - low) / (high - low)
            half, start = (_last_below(share, top, level) for level in (0.5, 0.1))
            if top + 1 > half > 60:
                profiles.append(share[half - 60 : half + 61])
                rises.append((half - start) * 0.1)
    if not profiles:
        return np.full(len(DISTANCES_MM), np.nan), np.zeros(0)
    return np.mean([profile for profile in profiles if len(profile) == len(DISTANCES_MM)], axis=0), np.array(rises)


def _last_below(share: NDArray[np.floating], top: int, level: float) -> int:
    """Last index before ``top`` whose share is below a level; 0 if there is none."""
    below = np.flatnonzero(share[:top] < level)
    return int(below[-1]) if below.size else 0
