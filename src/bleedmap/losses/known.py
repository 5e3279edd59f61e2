"""What of a batch's targets is known, and means over it."""

import torch
from torch import Tensor

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.losses.whole_batch import whole


def known_labels(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Labels with 0 in the place of NaN, and 1 where they are known, else 0; same shape and type."""
    known = ~labels.isnan()
    return labels.where(known, 0.0), known.to(labels.dtype)


def known_voxels(masks: Tensor) -> tuple[Tensor, Tensor]:
    """1 where a uint8 mask has hemorrhage of any kind, else 0; and 1 where it is known, else 0; float32."""
    known = masks != UNKNOWN_VOXEL
    return ((masks > 0) & known).float(), known.float()


def known_mean(values: Tensor, known: Tensor) -> Tensor:
    """Mean of the values that are known, over the whole batch; 0 where there is none.

    Args:
        values: any shape, finite.
        known: 1 or 0, same shape.
    """
    total, count = whole(torch.sum(values * known), known.sum())
    return total / count.clamp(min=1)
