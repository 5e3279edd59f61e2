"""A slice with the slices around it, as networks with a reach see it (2.5D; spec 4.2)."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def stack_neighbours(
    hu: NDArray[Number], reach: int, numbers: Sequence[int] | NDArray[np.integer[Any]] | None = None
) -> NDArray[Number]:
    """Slices as channels; past either end of the scan its last slice is repeated.

    Args:
        hu: (n, H, W) all slices of one scan.
        reach: slices on each side.
        numbers: middle slices that are wanted; None for all.

    Returns:
        (numbers, 2 reach + 1, H, W), channels from foot to head.
    """
    return np.asarray(hu[neighbours_of(np.arange(len(hu)) if numbers is None else numbers, reach, len(hu))])


def neighbours_of(numbers: Sequence[int] | NDArray[np.integer[Any]], reach: int, count: int) -> NDArray[np.intp]:
    """Numbers of each slice and those around it, (numbers, 2 reach + 1).

    Args:
        numbers: middle slices that are wanted.
        reach: slices on each side.
        count: slices of the scan.
    """
    around = np.asarray(numbers, dtype=np.intp)[:, None] + np.arange(-reach, reach + 1)
    return around.clip(0, max(count - 1, 0))
