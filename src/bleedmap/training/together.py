"""What the processes that share a training do together; of one alone, all of it is nothing."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.slices.prefetch import Places

Value = TypeVar("Value")
Batch = tuple[Tensor, dict[str, Tensor]]


def rank() -> int:
    """Number of this process; 0 writes."""
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    """Number of processes."""
    return dist.get_world_size() if dist.is_initialized() else 1


def shared(batches: Iterable[Places], make: Callable[[Iterable[Places]], Iterator[Batch]]) -> Iterator[Batch]:
    """This process' part of each batch of an epoch.

    All must take part in every step. Where a batch has fewer samples than there are processes, one without a sample
    takes another's, of which it is told nothing: only batch normalisation sees that one twice.

    Args:
        batches: places of all batches.
        make: inputs and targets of some places of each, in order; a sample must be the same in any company.
    """
    places = list(batches)
    parts = [each[rank() :: count()] if rank() < len(each) else each[[rank() % len(each)]] for each in places]
    for each, (inputs, targets) in zip(places, make(parts), strict=True):
        is_mine = rank() < len(each)
        yield inputs, targets if is_mine else {name: _nothing_known(target) for name, target in targets.items()}


def add_up(gradients: Iterable[Tensor | None]) -> None:
    """Add each process' gradients of its part of a batch up to those of the whole batch, in place.

    One sum of all of them, in the order of the network: torch's DistributedDataParallel packs them in another order
    after the first step of a run, sums round otherwise then, and a training that goes on would lose the bits.

    Args:
        gradients: of the network's parameters; None of one that the loss does not depend on.
    """
    if count() == 1:
        return
    own = [gradient for gradient in gradients if gradient is not None]
    total = torch.cat([gradient.reshape(-1) for gradient in own])
    dist.all_reduce(total)
    for gradient, piece in zip(own, torch.split(total, [each.numel() for each in own]), strict=True):
        gradient.copy_(piece.view(gradient.shape))


def mean(total: Tensor, weight: Tensor) -> float:
    """Mean of all batches from what each process has of them; 0 where nothing counts.

    Args:
        total: float64, sum of weighted values of whole batches, by the weights of this process' parts.
        weight: sum of these weights.
    """
    both = torch.stack([total, weight.double()])
    if count() > 1:
        dist.all_reduce(both)
    total_of_all, weight_of_all = both.tolist()
    return float(total_of_all / max(1.0, weight_of_all))


def from_all(value: Value) -> list[Value]:
    """This value of every process, in their order; it travels as a pickle."""
    if count() == 1:
        return [value]
    values: list[Any] = [None] * count()
    dist.all_gather_object(values, value)
    return values


def from_first(values: list[Value]) -> list[Value]:
    """The first process' values, for all: what decides the end must not differ between processes."""
    if count() > 1:
        dist.broadcast_object_list(values, src=0)
    return values


def wait() -> None:
    """Until all processes are here."""
    if count() > 1:
        dist.barrier()


def _nothing_known(target: Tensor) -> Tensor:
    return torch.full_like(target, torch.nan if target.is_floating_point() else UNKNOWN_VOXEL)
