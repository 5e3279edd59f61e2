"""Pixels of the brain from the most to the least salient."""

import torch
from torch import Tensor


def ranks(maps: Tensor, inside: Tensor, seed: int) -> Tensor:
    """Place of every pixel in the order of its map's values, the highest first.

    Large parts of a map may have one value (zero, wherever nothing speaks for a class). Pixels of one value come in a
    random order, the same for every map: from top to bottom would take a head apart from the forehead backwards.

    Args:
        maps: (B, H, W), at least 0.
        inside: (B, H, W) bool, the brain; what lies outside comes after everything inside.
        seed: of the order among equals.

    Returns:
        (B, H, W) int64, 0 for the highest.
    """
    values = maps.masked_fill(~inside, -1.0).flatten(1)
    mixed = torch.randperm(values.shape[1], generator=torch.Generator().manual_seed(seed)).to(values.device)
    order = mixed[values[:, mixed].argsort(dim=1, descending=True, stable=True)]
    return order.argsort(dim=1).reshape(maps.shape)
