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
    middle = np.arange(len(hu)) if numbers is None else np.asarray(numbers, dtype=np.intp)
    around = middle[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(hu[around.clip(0, max(len(hu) - 1, 0))])
