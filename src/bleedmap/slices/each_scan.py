"""Scans of a shard, one after the other; for a GPU several at once, so that it waits neither for disk nor for CPUs.

While the GPU works on one scan, others are read, or what it made of them is finished and written.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from typing import Any, TypeVar

import torch
from numpy.typing import NDArray
from torch import Tensor

from bleedmap.console import track
from bleedmap.slices.prefetch import ahead
from bleedmap.slices.refusals import Refusals

Made = TypeVar("Made")
Turn = Callable[[], AbstractContextManager[None]]


def each_scan(
    work: Callable[[str, slice, Turn], Made],
    scans: Iterable[tuple[str, slice]],
    refused: Refusals,
    what: str | None,
    at_once: int | None = None,
) -> list[Made]:
    """Do some work for every scan that is not refused.

    Args:
        work: of a scan's name and rows. What it asks of the network it asks in its turn (``with turn():``), since
            networks are not made to be asked by two threads at once. It may refuse the scan, by an error.
        scans: names and rows.
        refused: scans that are left out, and to which failing ones are added.
        what: verb for the person who watches; None where the caller tells of whole shards.
        at_once: scans side by side; 0: each after the other; None: as ``scans_at_once`` has it.

    Returns:
        What it gave for each, in order, without those that were refused.
    """
    lock = Lock()
    found: list[Made] = []

    def one(scan: tuple[str, slice]) -> list[Made]:
        name, rows = scan
        with refused.catch(name):
            return [work(name, rows, lambda: turn_of(lock))]
        return []

    left = refused.left(scans)
    each = ahead(one, left, scans_at_once() if at_once is None else at_once)
    for made in each if what is None else track(each, what, total=len(left), unit="scans"):
        found += made
    return found


def scans_at_once() -> int:
    """With a GPU as many as PyTorch has threads, for which it has no other use; else 0: each after the other."""
    return torch.get_num_threads() if torch.cuda.is_available() else 0


@contextmanager
def turn_of(lock: AbstractContextManager[object]) -> Iterator[None]:
    """Ask a network; when this ends, what came of it has arrived, and meanwhile it is another's turn to ask.

    Args:
        lock: held while the network is asked.
    """
    with lock:
        yield
        done = torch.cuda.current_stream().record_event() if torch.cuda.is_available() else None
    if done is not None:
        done.synchronize()


def alone() -> AbstractContextManager[None]:
    """The turn of one who is alone."""
    return turn_of(nullcontext())


def to_device(values: NDArray[Any], device: torch.device) -> Tensor:
    """An array on its way to a device; a GPU needs not have done what it was asked before.

    Args:
        values: any numbers.
        device: of the network.
    """
    here = torch.from_numpy(values)
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here


def host_rows(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Zeros in memory that numpy can read, to copy results of a device into with ``non_blocking``, in one's turn.

    Args:
        shape: any.
        dtype: any.
        device: of the network.
    """
    return torch.zeros(shape, dtype=dtype, pin_memory=device.type == "cuda")
