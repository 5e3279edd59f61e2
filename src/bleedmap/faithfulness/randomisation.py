"""Randomisation: a map that shows what a classifier has learnt changes when it forgets it (Adebayo 2018)."""

import copy
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def shuffled(network: Network, seed: int) -> Network:
    """A copy whose weights are shuffled, each tensor within itself: the same values, nothing learnt.

    Args:
        network: left as it is.
        seed: of the order.
    """
    generator = torch.Generator().manual_seed(seed)
    forgetful = copy.deepcopy(network)
    with torch.no_grad():
        for weights in forgetful.parameters():
            order = torch.randperm(weights.numel(), generator=generator).to(weights.device)
            weights.copy_(weights.flatten()[order].reshape(weights.shape))
    return forgetful


def rank_correlation(
    maps: NDArray[np.floating], others: NDArray[np.floating], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Spearman's correlation of two maps over the brain.

    Args:
        maps: (B, H, W) saliency.
        others: (B, H, W) saliency of the same slices by another classifier.
        inside: (B, H, W) bool, the brain.

    Returns:
        (B,) in [-1, 1]; 0 where one of the two is the same everywhere, NaN where both are.
    """
    pairs = zip(maps, others, inside, strict=True)
    return np.array([_correlation(one[brain], other[brain]) for one, other, brain in pairs], dtype=np.float64)


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    first, second = (_deviations(values) for values in (one, other))
    varies = [bool(values.any()) for values in (first, second)]
    if not any(varies):
        return np.nan
    return float(first @ second / np.sqrt((first @ first) * (second @ second))) if all(varies) else 0.0


def _deviations(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ranks, ties at their mean, less the mean rank."""
    return np.asarray(rankdata(values) - (len(values) + 1) / 2, dtype=np.float64)
