"""Which slices of a DICOM series can make up one volume: those of one grid, copies left out."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.pixels import read_pixels
from bleedmap.volumes.dicom.slice import Slice, SliceName

SAME_DIRECTION = 1e-3
SAME_SPACING_MM = 1e-3
SAME_POSITION_MM = 0.01


def by_grid(slices: Iterable[Slice]) -> list[list[Slice]]:
    """Slices of each orientation, matrix and pixel size, the largest group first.

    Neither the order nor the names of the files matter, but where two files are alike in all else.
    """
    groups: list[list[Slice]] = []
    for each in sorted(slices, key=_content):
        group = next((group for group in groups if _same_grid(group[0], each)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return sorted(groups, key=len, reverse=True)


def heights(slices: Sequence[Slice]) -> NDArray[np.float64]:
    """(slices,) mm along the normal of the first, towards the head."""
    normal = np.cross(slices[0].place.along_row, slices[0].place.down_column)
    positions = np.stack([each.place.position for each in slices])
    return np.asarray(positions @ normal * (np.sign(normal[2]) or 1.0))


def by_height(slices: Sequence[Slice]) -> list[Slice]:
    """Slices from foot to head."""
    return [slices[index] for index in np.argsort(heights(slices), kind="stable")]


def sort_out_copies(slices: list[Slice]) -> tuple[list[Slice], set[str], list[ScanError]]:
    """Keep one of the slices that lie at one position and have the same pixels.

    Only where positions repeat are any pixels read.

    Returns:
        The slices kept, each with the names of its copies; the flag ``copies-dropped`` where some are not; and the
        faults of those that cannot be read, which are not kept either.
    """
    repeated = [slices[index] for run in _runs(slices) if len(run) > 1 for index in run]
    if not repeated:
        return slices, set(), []
    dropped: set[int] = set()
    faults: list[ScanError] = []
    digests: list[bytes | None] = [None] * len(repeated)
    for index, pixels, _ in read_pixels(repeated):
        if isinstance(pixels, ScanError):
            faults.append(pixels)
            dropped.add(id(repeated[index]))
        else:
            digests[index] = hashlib.sha256(pixels.tobytes()).digest()
    copies: dict[tuple[object, ...], list[Slice]] = {}
    for each, digest in zip(repeated, digests, strict=True):
        key = (digest, *np.round(each.place.position / SAME_POSITION_MM).tolist())
        if digest is not None:
            copies.setdefault(key, []).append(each)
    names: dict[int, tuple[SliceName, ...]] = {}
    for first, *others in copies.values():
        names[id(first)] = tuple(SliceName(each.key, each.file.name) for each in others)
        dropped |= {id(each) for each in others}
    kept = [replace(each, copies=names.get(id(each), ())) for each in slices if id(each) not in dropped]
    return kept, {"copies-dropped"} if any(names.values()) else set(), faults


def _content(each: Slice) -> tuple[object, ...]:
    return each.key, each.place.position.tolist(), each.place.pixel_spacing.tolist(), each.kernel, each.file.name


def _same_grid(one: Slice, other: Slice) -> bool:
    if (one.pixels.rows, one.pixels.columns) != (other.pixels.rows, other.pixels.columns):
        return False
    first, second = one.place, other.place
    turned = np.abs(first.along_row - second.along_row).max(), np.abs(first.down_column - second.down_column).max()
    apart = np.abs(first.pixel_spacing - second.pixel_spacing).max()
    return bool(max(turned) <= SAME_DIRECTION and apart <= SAME_SPACING_MM)


def _runs(slices: Sequence[Slice]) -> list[list[int]]:
    """Indices of the slices at each position, from the foot."""
    along = heights(slices)
    order = np.argsort(along, kind="stable")
    steps = np.flatnonzero(np.diff(along[order]) >= SAME_POSITION_MM) + 1
    return [run.tolist() for run in np.split(order, steps)]
