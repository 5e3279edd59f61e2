"""Random changes to training slices: every draw is a function of (seed, epoch, index), never of the batch.

What is done to each sample is drawn on the host, a few numbers; it is done where the slices are, on a GPU if there is
one. Noise is drawn there too, by a generator that each sample's own number starts.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.training import AugmentSpec
from bleedmap.constants import AIR_HU
from bleedmap.slices.sharpness import filtered, kernel


class Changes(NamedTuple):
    """What is done to the B samples of a batch.

    Args:
        affine: (B, 2, 3) float32, from output to input coordinates, both in [-1, 1].
        gain: (B, 1, 1, 1) float32, factor on HU.
        offset: (B, 1, 1, 1) float32, HU to add.
        deviation: (B, 1, 1, 1) float32, of the noise, HU.
        noise: a number a sample that decides its noise; none where there is none.
        kernels: (B, 3, 3) float32, of blurring or sharpening; None where neither is asked for.
    """

    affine: Tensor
    gain: Tensor
    offset: Tensor
    deviation: Tensor
    noise: tuple[int, ...]
    kernels: Tensor | None


def draw_changes(spec: AugmentSpec, key: tuple[int, int], indices: Sequence[int]) -> Changes:
    """Draw what is done to each sample.

    Args:
        spec: sizes of the changes.
        key: seed and epoch.
        indices: one number a sample; with the key it decides every draw.
    """
    affine, scalars, noise, kernels = [], [], [], []
    for index in indices:
        rng = np.random.default_rng([*key, index])
        affine.append(_affine(spec, rng))
        gain = 1 + rng.uniform(-spec.gain, spec.gain)
        noise.append(int(rng.integers(2**63)))
        deviation = rng.uniform(spec.least_noise_hu, spec.noise_hu)
        # what is not asked for is not drawn, so that the other draws stay as they are
        scalars.append((gain, rng.uniform(-spec.offset_hu, spec.offset_hu) if spec.offset_hu else 0.0, deviation))
        if spec.blur or spec.sharpen:
            kernels.append(kernel(spec, rng))
    gains, offsets, deviations = (
        torch.tensor(column, dtype=torch.float32)[:, None, None, None] for column in zip(*scalars, strict=True)
    )
    return Changes(
        affine=torch.from_numpy(np.stack(affine)),
        gain=gains,
        offset=offsets,
        deviation=deviations,
        noise=tuple(noise) if spec.noise_hu else (),
        kernels=torch.from_numpy(np.stack(kernels)) if kernels else None,
    )


def augment(changes: Changes, hu: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Move, mirror, rescale and roughen samples, image and mask alike.

    Args:
        changes: what to do, on the device of the samples.
        hu: (B, D, H, W) HU, any number type; all slices of a sample move together, and air turns in from outside.
        masks: (B, N, H, W) float32; zero turns in from outside, every other value is one of the mask's own. Without
            masks (B, 0, H, W).

    Returns:
        HU, float32, and masks of the same shapes.
    """
    moved, turned = torch.empty_like(hu, dtype=torch.float32), torch.empty_like(masks)
    generator = torch.Generator(hu.device)
    # a sample a thread fits a CPU's cache, which takes half of the time; a GPU works best on all at once
    step = torch.get_num_threads() if hu.device.type == "cpu" else len(hu)
    for start in range(0, len(hu), step):
        part = slice(start, start + step)
        grid = _grid(changes.affine[part], hu.shape[2], hu.shape[3])
        values = F.grid_sample(hu[part].float() - AIR_HU, grid, mode="bilinear", align_corners=False) + AIR_HU
        if changes.kernels is not None:
            values = filtered(values, changes.kernels[part])
        torch.addcmul(changes.offset[part], values, changes.gain[part], out=moved[part])
        if changes.noise:
            noise = torch.empty_like(values)
            for sample, seed in zip(noise, changes.noise[part], strict=True):
                sample.normal_(generator=generator.manual_seed(seed))
            moved[part].addcmul_(noise, changes.deviation[part])
        if masks.shape[1]:
            turned[part] = F.grid_sample(masks[part], grid, mode="nearest", align_corners=False)
    return moved, turned


def _grid(affine: Tensor, rows: int, columns: int) -> Tensor:
    """(B, rows, columns, 2) where each pixel comes from, as ``F.affine_grid`` makes it from (B, 2, 3), but quickly."""
    row, column = (
        torch.arange(1 - count, count, 2, dtype=torch.float32, device=affine.device) / count
        for count in (rows, columns)
    )
    down = affine[:, :, 1:2] * row + affine[:, :, 2:]
    along = affine[:, :, 0:1] * column
    return (down[..., None] + along[:, :, None]).movedim(1, -1)


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
