"""The MR variant: T2-like contrast of the same brain, skull-stripped, with infarcts as bright as on diffusion."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import AIR_HU
from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array
from bleedmap.phantom.scanner.ct import Detector

# Signal of what has this many HU: fat, fluid, white matter, grey matter, dura and vessels, calcification.
CONTRAST_HU = (-100.0, 8.0, 22.0, 29.0, 38.0, 56.0, 100.0)
CONTRAST_SIGNAL = (90.0, 105.0, 66.0, 42.0, 58.0, 34.0, 10.0)
INFARCT_SIGNAL, HIGHEST_SIGNAL = (96.0, 150.0), 199
NOISE_SIGNAL = (1.5, 5.0)


def mr_signal(rng: np.random.Generator, head: Head, inner: Array, infarct: Array) -> Array:
    """Signal of the brain.

    Args:
        rng: source of the infarct's brightness.
        head: where it lies.
        inner: (slices, rows, columns) float32 HU inside the skull.
        infarct: same shape, share of infarct.

    Returns:
        Same shape, float32, 0 to 199.
    """
    signal = np.interp(inner, CONTRAST_HU, CONTRAST_SIGNAL).astype(np.float32)
    bright = np.float32(rng.uniform(*INFARCT_SIGNAL)) + 6 * head.field(rng, 7.0)
    return np.asarray(signal + infarct * (bright - signal), dtype=np.float32)


def scan_mr(
    rng: np.random.Generator, detector: Detector, head: Head, signal: Array, brain: NDArray[np.bool_]
) -> NDArray[np.int16]:
    """Thick slices with the shading of the coil and noise; outside the brain a constant background.

    Args:
        rng: source of noise and shading.
        detector: pixels.
        head: grid of ``signal``.
        signal: (work slices, work rows, work columns) float32.
        brain: (slices, rows, columns) what is kept.

    Returns:
        (slices, rows, columns) int16, 1 to 199 in the brain and -1024 outside.
    """
    shading = 1 + np.float32(rng.uniform(0.02, 0.1)) * head.field(rng, 60.0)
    image = detector.project(head, signal * shading, 0.9, 0.0)
    level = np.float32(rng.uniform(*NOISE_SIGNAL))
    real, imaginary = level * rng.standard_normal((2, *image.shape), dtype=np.float32)
    magnitude = np.hypot(image + real, imaginary)
    stored = np.clip(np.rint(magnitude), 1, HIGHEST_SIGNAL)
    return np.where(brain, stored, AIR_HU).astype(np.int16)
