"""Where the cells of a coarse map lie among the pixels of an image: a straight line along each axis."""

from typing import NamedTuple


class Axis(NamedTuple):
    """Cell i is centred on pixel ``offset + stride * i``; pixels count from the centre of the first.

    Args:
        offset: pixels.
        stride: pixels from one cell to the next.
    """

    offset: float
    stride: float


class Centres(NamedTuple):
    """Both axes of a map.

    Args:
        rows: down.
        columns: to the right.
    """

    rows: Axis
    columns: Axis


def patch_centres(stride: float) -> Centres:
    """Cells that are patches of ``stride`` x ``stride`` pixels side by side, as the tokens of a Swin are."""
    axis = Axis((stride - 1) / 2, stride)
    return Centres(axis, axis)
