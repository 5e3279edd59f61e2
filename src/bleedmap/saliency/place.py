"""Coarse maps on the pixels of the image that they tell of: the one place where a map grows."""

import torch
import torch.nn.functional as F
from torch import Tensor

from bleedmap.saliency.centres import Axis, Centres


def place(maps: Tensor, centres: Centres, size: tuple[int, int]) -> Tensor:
    """Bilinear between the centres of the cells; past the outermost ones the border's values go on.

    ``F.interpolate`` takes cells for patches side by side, which those of most convolutional networks are not: a ResNet
    sees around pixel ``s i`` with cell ``i``, so that its maps would lie ``(s - 1) / 2`` pixels too far down and right.

    Args:
        maps: (..., h, w) float.
        centres: where their cells lie.
        size: rows and columns of the image.

    Returns:
        (..., *size), differentiable.
    """
    cells = maps.shape[-2:]
    rows, columns = (_places(*each) for each in zip(centres, cells, size, strict=True))
    grid = torch.stack(torch.meshgrid(rows, columns, indexing="ij")[::-1], dim=-1).to(maps)
    flat = maps.reshape(1, -1, *cells)
    placed = F.grid_sample(flat, grid[None], mode="bilinear", padding_mode="border", align_corners=False)
    return placed.reshape(*maps.shape[:-2], *size)


def _places(axis: Axis, cells: int, pixels: int) -> Tensor:
    """(pixels,) where each pixel lies among the cells, as ``grid_sample`` counts: -1 to 1 from edge to edge."""
    places = (torch.arange(pixels, dtype=torch.float64) - axis.offset) / axis.stride
    return (2 * places + 1) / cells - 1
