"""The MR variant: T2-like contrast of the same head and its scalp, with infarcts as bright as on diffusion."""

import numpy as np
from numpy.typing import NDArray

from bleedmap.phantom.anatomy.head import Head
from bleedmap.phantom.fields import Array
from bleedmap.phantom.scanner.ct import Detector

# Signal of what has this many HU: air, fat, fluid, white matter, grey matter, muscle and vessels, calcification, bone
# (marrow is shown as dark as its tables are).
CONTRAST_HU = (-1000.0, -400.0, -100.0, 8.0, 22.0, 29.0, 38.0, 56.0, 100.0, 1000.0)
CONTRAST_SIGNAL = (0.0, 0.0, 90.0, 105.0, 66.0, 42.0, 58.0, 34.0, 10.0, 3.0)
INFARCT_SIGNAL = (96.0, 150.0)
NOISE_SIGNAL = (1.5, 5.0)
SHADING = (0.05, 0.2)  # standard deviation of the logarithm
SHADING_MM = 60.0
GAIN = (1.5, 15.0)  # stored units a unit of signal; every scanner has its own
MOST_STORED = 4095  # of 12 bits
BLACKENED_SHARE = 0.3  # of scanners that write 0 where there is next to no signal


def mr_signal(rng: np.random.Generator, head: Head, hu: Array, infarct: Array) -> Array:
    """Signal of a head.

    Args:
        rng: source of the infarct's brightness.
        head: where it lies.
        hu: (slices, rows, columns) float32 HU of the head and what surrounds it.
        infarct: same shape, share of infarct.

    Returns:
        Same shape, float32, 0 to about 170.
    """
    signal = np.interp(hu, CONTRAST_HU, CONTRAST_SIGNAL).astype(np.float32)
    bright = np.float32(rng.uniform(*INFARCT_SIGNAL)) + 6 * head.field(rng, 7.0)
    return np.asarray(signal + infarct * (bright - signal), dtype=np.float32)


def scan_mr(rng: np.random.Generator, detector: Detector, head: Head, signal: Array) -> NDArray[np.int16]:
    """Thick slices with the shading of the coils and Rician noise, in this scanner's own unit.

    Args:
        rng: source of noise, shading and unit.
        detector: pixels.
        head: grid of ``signal``.
        signal: (work slices, work rows, work columns) float32.

    Returns:
        (slices, rows, columns) int16, 0 to 4095.
    """
    shading = np.exp(np.float32(rng.uniform(*SHADING)) * head.field(rng, SHADING_MM))
    image = detector.project(head, signal * shading, 0.9, 0.0)
    level, gain = np.float32(rng.uniform(*NOISE_SIGNAL)), np.exp(rng.uniform(*np.log(GAIN)))
    blackened = rng.random() < BLACKENED_SHARE
    real, imaginary = level * rng.standard_normal((2, *image.shape), dtype=np.float32)
    magnitude = np.hypot(image + real, imaginary)
    if blackened:
        magnitude[image < 2 * level] = 0
    return np.asarray(np.clip(np.rint(gain * magnitude), 0, MOST_STORED), dtype=np.int16)
