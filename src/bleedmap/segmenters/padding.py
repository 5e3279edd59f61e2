"""Air that fills up scans with fewer slices than a patch: alike in training and after, or a network meets news."""

import torch.nn.functional as F
from torch import Tensor

from bleedmap.constants import AIR_HU, UNKNOWN_VOXEL


def fill_up(hu: Tensor, depth: int) -> Tensor:
    """(slices, H, W) HU with slices of air at the head's end, so that there are ``depth`` at least."""
    return _longer(hu, depth, AIR_HU)


def fill_up_unknown(masks: Tensor, depth: int) -> Tensor:
    """(slices, H, W) uint8 masks of the same stack: nobody knows what lies past the end of a scan."""
    return _longer(masks, depth, UNKNOWN_VOXEL)


def _longer(stack: Tensor, depth: int, value: int) -> Tensor:
    missing = depth - len(stack)
    return stack if missing <= 0 else F.pad(stack, (0, 0, 0, 0, 0, missing), value=value)
