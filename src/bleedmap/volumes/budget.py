"""Memory that one scan may take, asked before anything is allocated: headers and distances can claim any number."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from bleedmap.constants import SCAN_MB
from bleedmap.errors import ScanError

LONGEST_SIDE = 32_767  # what a NIfTI-1 header can say
BYTES_PER_MB = 1_000_000

_MEGABYTES: ContextVar[int] = ContextVar("scan_mb", default=SCAN_MB)
_HELD: ContextVar[float] = ContextVar("held", default=0.0)


@contextmanager
def scan_budget(megabytes: int) -> Iterator[None]:
    """Grant every scan that is read in this block so much memory, MB (``scan_mb`` of the config)."""
    before = _MEGABYTES.set(megabytes)
    try:
        yield
    finally:
        _MEGABYTES.reset(before)


@contextmanager
def holding(held: float) -> Iterator[None]:
    """Take what is held of other volumes of a study, bytes, off the budget of what is read in this block."""
    before = _HELD.set(held)
    try:
        yield
    finally:
        _HELD.reset(before)


def require_room(shape: Sequence[int], each: float) -> None:
    """Refuse an array that is larger than a scan may be.

    Args:
        shape: of the array, as a header claims it or a computation would make it.
        each: bytes that an element takes at the worst moment, copies on the way included.

    Raises:
        ScanError: ``too-large``.
    """
    wanted = (math.prod(shape) * each + _HELD.get()) / BYTES_PER_MB
    if wanted > _MEGABYTES.get():
        raise _too_large(found=f"{wanted:,.0f} MB of memory for one scan", expected=f"at most {_MEGABYTES.get()} MB")


def require_sides(shape: Sequence[int]) -> None:
    """Refuse a volume with a side that no file of a scan can have.

    Args:
        shape: (slices, rows, columns), in any order.

    Raises:
        ScanError: ``too-large``.
    """
    if max(shape) > LONGEST_SIDE:
        raise _too_large(found=f"a side of {max(shape)} voxels", expected=f"at most {LONGEST_SIDE}")


def room_left() -> int:
    """Bytes that one scan may take."""
    return _MEGABYTES.get() * BYTES_PER_MB


def _too_large(*, found: str, expected: str) -> ScanError:
    return ScanError(
        "too-large",
        found=f"headers or distances that ask for {found}",
        expected=expected,
        remedy="look for damaged headers; if the scan is really so large, raise scan_mb in the config",
    )
