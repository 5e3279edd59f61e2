"""Batches ahead of their use: threads read, a copy brings what they read to the device, and there it is made ready.

What is read has the type that it is stored in, a half of float32 or less. Where a GPU waits, it lies in page-locked
memory, from which a copy goes on beside all that has been asked of the GPU before; from any other memory, each copy
would first wait for all of that.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Places = NDArray[np.intp]
Item = TypeVar("Item")
Made = TypeVar("Made")
Read = TypeVar("Read")


def batches_of(samples: int, batch: int) -> Iterator[Places]:
    """Places in the order of an epoch, batch by batch.

    Args:
        samples: of the epoch.
        batch: samples a step; the last batch may have fewer.
    """
    for start in range(0, samples, batch):
        yield np.arange(start, min(start + batch, samples))


def feed(
    read: Callable[[Item], Read], ready: Callable[[Read], Made], items: Iterable[Item], workers: int
) -> Iterator[Made]:
    """What ``ready`` makes of what ``read`` gives for each item, in order.

    Args:
        read: a function of the item alone; reads files and draws numbers, on a thread.
        ready: a function of what was read alone, with its tensors on the GPU if there is one; whatever can be done for
            all samples at once belongs here.
        items: arguments of ``read``.
        workers: threads; 0: read each when it is asked for.
    """
    has_gpu = torch.cuda.is_available()

    def pinned(item: Item) -> Read:
        return _each(Tensor.pin_memory, read(item)) if has_gpu else read(item)

    for found in ahead(pinned, items, workers):
        yield ready(_each(_to_gpu, found) if has_gpu else found)


def ahead(make: Callable[[Item], Made], items: Iterable[Item], workers: int) -> Iterator[Made]:
    """What ``make`` gives for each item, in order; at most two results a thread wait.

    Args:
        make: a function of the item alone; reading and decoding run beside the network.
        items: its arguments.
        workers: threads; 0: make each when it is asked for.
    """
    if not workers:
        yield from map(make, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _to_gpu(tensor: Tensor) -> Tensor:
    return tensor.to("cuda", non_blocking=True)


def _each(change: Callable[[Tensor], Tensor], read: Read) -> Read:
    """Change every tensor in tuples of tensors; all else stays."""
    return cast("Read", _changed(change, read))


def _changed(change: Callable[[Tensor], Tensor], part: Any) -> Any:  # noqa: ANN401
    if isinstance(part, Tensor):
        return change(part)
    if isinstance(part, tuple):
        parts = [_changed(change, each) for each in part]
        return type(part)(*parts) if hasattr(part, "_fields") else tuple(parts)
    return part
