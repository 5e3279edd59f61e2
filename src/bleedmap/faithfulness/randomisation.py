"""Randomisation: a map that shows what a classifier has learnt changes when it forgets it (Adebayo 2018)."""

import copy
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def shuffled(network: Network, seed: int) -> Network:
    """A copy whose weights are shuffled, each tensor within itself: the same magnitudes, nothing learnt.

    Matrices and filters are shuffled in sign too. A trained head may be negative on the whole, and would stay so in
    whatever order: its logit maps would be negative everywhere, and rectified, blank, which tells nothing of a method.

    Args:
        network: left as it is.
        seed: of order and signs.
    """
    generator = torch.Generator().manual_seed(seed)
    forgetful = copy.deepcopy(network)
    with torch.no_grad():
        for weights in forgetful.parameters():
            order = torch.randperm(weights.numel(), generator=generator).to(weights.device)
            mixed = weights.flatten()[order].reshape(weights.shape)
            signs = torch.randint(2, weights.shape, generator=generator).to(weights) * 2 - 1
            weights.copy_(mixed * signs if weights.ndim > 1 else mixed)
    return forgetful


def randomisation(
    maps: NDArray[np.floating], others: Sequence[NDArray[np.floating]], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean rank correlation of maps with those of shuffled classifiers.

    A shuffled classifier may leave a map that is the same everywhere, and then tells nothing: the mean is over the
    others.

    Args:
        maps: (B, H, W) saliency.
        others: the same of every shuffled classifier.
        inside: (B, H, W) bool, the brain.

    Returns:
        (B,) in [-1, 1]; 0 where the map is lost in all of ``others``, NaN where it was the same everywhere before.
    """
    found = np.array([rank_correlation(maps, each, inside) for each in others])
    means = np.nansum(found, axis=0) / np.maximum(np.count_nonzero(~np.isnan(found), axis=0), 1)
    varies = [bool(np.ptp(own[brain])) if brain.any() else False for own, brain in zip(maps, inside, strict=True)]
    return np.where(varies, means, np.nan)


def rank_correlation(
    maps: NDArray[np.floating], others: NDArray[np.floating], inside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Spearman's correlation of two maps over the brain.

    Args:
        maps: (B, H, W) saliency.
        others: (B, H, W) saliency of the same slices by another classifier.
        inside: (B, H, W) bool, the brain.

    Returns:
        (B,) in [-1, 1]; NaN where one of the two is the same everywhere.
    """
    pairs = zip(maps, others, inside, strict=True)
    return np.array([_correlation(one[brain], other[brain]) for one, other, brain in pairs], dtype=np.float64)


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    first, second = (_deviations(values) for values in (one, other))
    scale = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / scale if scale else np.nan


def _deviations(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Ranks, ties at their mean, less the mean rank."""
    return np.asarray(rankdata(values) - (len(values) + 1) / 2, dtype=np.float64)
