"""Random blur and sharpening of training slices, a filter of 3 x 3 pixels a sample (Nemcek 2021; spec 3.5)."""

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.config.training import AugmentSpec

NOTHING = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float32)
LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float32)


def kernel(spec: AugmentSpec, rng: np.random.Generator) -> NDArray[np.float32]:
    """(3, 3) filter of one sample: half of them blur, the others take a share of the Laplacian away; sums to 1.

    Args:
        spec: the largest deviation and share.
        rng: of the sample.
    """
    strength, blurs = rng.random(), rng.random() < 0.5
    if not blurs:
        sharper: NDArray[np.float32] = NOTHING - np.float32(strength * spec.sharpen) * LAPLACIAN
        return sharper
    deviation = strength * spec.blur
    if deviation < 0.1:
        # the neighbours' weights are nothing, and of none at all there is no logarithm
        return NOTHING
    # three places hold a Gaussian of at most 0.7 pixels
    line = np.exp(-0.5 * (np.arange(-1, 2) / deviation) ** 2)
    square: NDArray[np.float32] = np.outer(line, line).astype(np.float32)
    square /= square.sum()
    return square


def filtered(hu: Tensor, kernels: Tensor) -> Tensor:
    """Each sample by its own filter; past the border, the border's values go on.

    Args:
        hu: (B, D, H, W) float32.
        kernels: (B, 3, 3) float32.
    """
    count, depth, height, width = hu.shape
    weights = kernels[:, None].repeat_interleave(depth, dim=0)
    padded = F.pad(hu, (1, 1, 1, 1), mode="replicate").reshape(1, count * depth, height + 2, width + 2)
    return F.conv2d(padded, weights, groups=count * depth).reshape(hu.shape)
