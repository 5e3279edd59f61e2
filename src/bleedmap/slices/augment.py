"""Random changes to training slices: every draw is a function of (seed, epoch, index), never of the batch."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.training import AugmentSpec
from bleedmap.constants import AIR_HU
from bleedmap.slices.sharpness import filtered, kernel


def augment(
    spec: AugmentSpec, hu: Tensor, masks: Tensor, key: tuple[int, int], indices: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Move, mirror, rescale and roughen samples, image and mask alike.

    Args:
        spec: sizes of the changes.
        hu: (B, D, H, W) float32 HU; all slices of a sample move together, and air turns in from outside.
        masks: (B, N, H, W) float32; zero turns in from outside, every other value is one of the mask's own. Without
            masks (B, 0, H, W).
        key: seed and epoch.
        indices: one number a sample; with the key it decides every draw.

    Returns:
        HU and masks of the same shapes.
    """
    draws = [np.random.default_rng([*key, index]) for index in indices]
    theta = torch.from_numpy(np.stack([_affine(spec, rng) for rng in draws]))
    grid = F.affine_grid(theta, [len(hu), 1, *hu.shape[-2:]], align_corners=False)
    moved = F.grid_sample(hu - AIR_HU, grid, mode="bilinear", align_corners=False).add_(AIR_HU)
    # draws go sample by sample, so that a sample is the same in any batch; all arithmetic goes over the whole batch
    gain = np.empty((len(hu), 1, 1, 1), dtype=np.float32)
    noise = np.empty(tuple(moved.shape), dtype=np.float32)
    kernels: list[NDArray[np.float32]] = []
    for sample, rng in enumerate(draws):
        gain[sample] = 1 + rng.uniform(-spec.gain, spec.gain)
        rng.standard_normal(dtype=np.float32, out=noise[sample])
        noise[sample] *= np.float32(rng.uniform(spec.least_noise_hu, spec.noise_hu))
        # what is not asked for is not drawn, so that the other draws stay as they are
        offset = rng.uniform(-spec.offset_hu, spec.offset_hu) if spec.offset_hu else 0.0
        noise[sample] += np.float32(offset)
        if spec.blur or spec.sharpen:
            kernels.append(kernel(spec, rng))
    if spec.blur or spec.sharpen:
        moved = filtered(moved, np.stack(kernels))
    moved.mul_(torch.from_numpy(gain)).add_(torch.from_numpy(noise))
    return moved, F.grid_sample(masks, grid, mode="nearest", align_corners=False)


def _affine(spec: AugmentSpec, rng: np.random.Generator) -> NDArray[np.float32]:
    """(2, 3) map from output to input coordinates, both in [-1, 1]."""
    angle = np.radians(rng.uniform(-spec.rotate_degrees, spec.rotate_degrees))
    zoom = 1 + rng.uniform(-spec.scale, spec.scale)
    mirror = -1.0 if spec.flip and rng.random() < 0.5 else 1.0
    # coordinates run over two units, so a share of the width is twice that number
    shift = rng.uniform(-2 * spec.shift, 2 * spec.shift, size=2)
    # what is not asked for is not drawn, so that the other draws stay as they are
    if spec.right_angles:
        angle += np.pi / 2 * rng.integers(4)
    upside = -1.0 if spec.flip_rows and rng.random() < 0.5 else 1.0
    cosine, sine = np.cos(angle) * zoom, np.sin(angle) * zoom
    theta = np.array([[mirror * cosine, upside * -sine, shift[0]], [mirror * sine, upside * cosine, shift[1]]])
    if spec.shear:
        theta[:, :2] = theta[:, :2] @ np.array([[1, rng.uniform(-spec.shear, spec.shear)], [0, 1]])
    return theta.astype(np.float32)
