"""A classifier's answer while one picture becomes another, pixel by pixel, and the area below that curve."""

from collections.abc import Callable

import torch
from torch import Tensor

Probability = Callable[[Tensor], Tensor]  # (B, C, H, W) to (B,) in [0, 1]


def area(
    probability: Probability, start: Tensor, end: Tensor, ranks: Tensor, inside: Tensor, *, steps: int, batch: int
) -> Tensor:
    """Area below the curve, by the trapezoid rule, over the share of the brain that has changed (Petsiuk 2018).

    Args:
        probability: of the class.
        start: (B, C, H, W) pictures to begin with.
        end: (B, C, H, W) pictures to end with; the same outside the brain.
        ranks: (B, H, W) int64, in which order pixels change.
        inside: (B, H, W) bool, the brain.
        steps: in which all of it changes, as even as whole pixels allow.
        batch: pictures that the classifier sees at a time; it changes no result but for rounding.

    Returns:
        (B,) float64 in [0, 1], on the CPU; NaN without a brain.
    """
    total = inside.flatten(1).sum(dim=1, keepdim=True)
    counts = (total * torch.linspace(0, 1, steps + 1, dtype=torch.float64, device=total.device)).round()
    values = _values(probability, start, end, ranks, counts, batch)
    # 0 / 0 without a brain
    return torch.trapezoid(values, (counts / total).cpu(), dim=1)


def _values(probability: Probability, start: Tensor, end: Tensor, ranks: Tensor, counts: Tensor, batch: int) -> Tensor:
    """The answer with the first ``counts`` (B, points) pixels changed, (B, points) float64 on the CPU."""
    found = []
    for first in range(0, counts.numel(), batch):
        index = torch.arange(first, min(first + batch, counts.numel()), device=counts.device)
        picture = index // counts.shape[1]
        changed = ranks[picture] < counts.flatten()[index, None, None]
        mixed = torch.where(changed[:, None], end[picture], start[picture])
        found.append(probability(mixed).double().cpu())
    return torch.cat(found).reshape(counts.shape)
