"""Sums over a whole batch, where several processes have a part of it each."""

import torch
import torch.distributed as dist
from torch import Tensor


def whole(*sums: Tensor) -> tuple[Tensor, ...]:
    """Sums over a part of a batch to those over the whole of it; all processes must ask, in the same order.

    A loss that is made of such sums has the same value in all processes, and in each the gradient of its own part:
    added up over processes, they are the gradient of one process with the whole batch.

    Args:
        sums: of any shapes, over what this process has of the batch.
    """
    if not dist.is_initialized():
        return sums
    part = torch.cat([each.reshape(-1) for each in sums])
    total = part.detach().clone()
    dist.all_reduce(total)
    # the difference is zero, and carries the gradient
    pieces = torch.split(total + (part - part.detach()), [each.numel() for each in sums])
    return tuple(piece.reshape(each.shape) for piece, each in zip(pieces, sums, strict=True))
