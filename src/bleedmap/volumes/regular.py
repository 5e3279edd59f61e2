"""From the slices a scanner made to an even, untilted stack, and back again."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bleedmap.constants import AIR_HU
from bleedmap.volumes.budget import require_room, require_sides
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.hounsfield import clip_hu

NO_TILT_DEGREES = 0.1
SAME_SPACING_MM = 1e-3
EVEN_MM = 2.5  # between slices of an even stack, at most, where the scanner's own are uneven
REGULAR_BYTES = 2.0  # that a voxel takes, as HU; one slice at a time is interpolated, rounded and clipped


def to_regular(volume: CtVolume, spacing_mm: float | None = None) -> CtVolume:
    """Resample a volume to even slices that stand square on their normal; pixels keep their size.

    A tilted gantry shifts every slice against the one below; undoing that may need a larger picture, which is filled
    with air.

    Args:
        volume: the CT on its own slices.
        spacing_mm: mm between slices; None keeps the median gap.

    Returns:
        The volume itself where nothing is to be done, else a new one without slice keys.

    Raises:
        ScanError: ``too-large``: the even stack would be larger than a scan may be.
    """
    native = volume.geometry
    spacing = spacing_mm or native.slice_spacing
    as_wanted = native.is_even() and native.tilt_degrees() < NO_TILT_DEGREES
    if len(native.origins) == 1 or (as_wanted and abs(spacing - native.slice_spacing) < SAME_SPACING_MM):
        return volume
    geometry, shape = _regular_grid(native, volume.hu.shape, spacing)
    require_sides(shape)
    require_room(shape, REGULAR_BYTES)
    hu = np.empty(shape, dtype=np.int16)
    for index, sampled in enumerate(_slices(volume.hu, native, geometry, shape, outside=AIR_HU)):
        hu[index] = clip_hu(sampled)
    return CtVolume(hu=hu, geometry=geometry, intensity=volume.intensity)


def even_spacing(native: Geometry) -> float:
    """Distance of the slices, mm, of an even stack on which a mask keeps its volume.

    A voxel of the stack takes the label of the nearest slice, so a slice counts for a whole number of the stack's
    slices. Where gaps are uneven, that is not the half of both gaps which it stands for: at the median gap a lesion of
    79 mL comes out up to 5 % too large, one of 4.5 mL up to 18 %.

    Args:
        native: the scanner's own slices.

    Returns:
        The median gap of even slices; of uneven ones a whole part of it, at most ``EVEN_MM``.
    """
    gap = native.slice_spacing
    return gap if native.is_even() else gap / int(np.ceil(gap / EVEN_MM))


def onto_grid(array: NDArray[Any], source: Geometry, target: Geometry, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Bring an array from a scan's own slices to its regular grid, or back again.

    Args:
        array: (slices, rows, columns) on the source: floats are interpolated; labels go to the voxels at least half of
            which they fill.
        source: where its voxels lie.
        target: where those of the result lie; both share pixel size and plane, as what ``to_regular`` gives does.
        shape: (slices, rows, columns) of the result.

    Returns:
        ``shape``, of the type of ``array``; 0 outside the source.
    """
    moved = np.zeros(shape, dtype=array.dtype)
    if array.dtype.kind == "f":
        for index, sampled in enumerate(_slices(array, source, target, shape, outside=0.0)):
            moved[index] = sampled
        return moved
    for label in np.unique(array[array != 0]):
        for index, share in enumerate(_slices(array == label, source, target, shape, outside=0.0)):
            moved[index][share >= 0.5] = label
    return moved


def _regular_grid(native: Geometry, shape: tuple[int, ...], spacing: float) -> tuple[Geometry, tuple[int, int, int]]:
    """An even grid that holds every voxel of the native slices, centred on them along the normal."""
    lateral = _pixels_apart(native.origins - native.origins[0], native)
    first, last = np.floor(lateral.min(axis=0) + 1e-6), np.ceil(lateral.max(axis=0) - 1e-6)
    length = native.positions[-1] - native.positions[0]
    count = int(np.ceil(length / spacing - 1e-6)) + 1
    start = native.positions[0] - ((count - 1) * spacing - length) / 2 - native.origins[0] @ native.normal
    corner = native.origins[0] + first[0] * native.row_step + first[1] * native.column_step + start * native.normal
    origins = corner + np.arange(count)[:, None] * spacing * native.normal
    rows, columns = shape[1] + int(last[0] - first[0]), shape[2] + int(last[1] - first[1])
    return Geometry(origins, native.row_step, native.column_step, native.in_mm), (count, rows, columns)


def _slices(
    array: NDArray[Any], source: Geometry, target: Geometry, shape: tuple[int, int, int], outside: float
) -> Iterator[NDArray[np.float32]]:
    """Linear interpolation of one stack at the slices of another that shares its pixel size and plane, one by one."""
    places = np.interp(target.origins @ source.normal, source.positions, np.arange(len(source.origins)))
    for index, place in enumerate(places):
        below = min(int(place), len(array) - 1)
        share = float(place - below)
        origin = target.origins[index]
        sampled = (1 - share) * _shifted(array, below, source, origin=origin, shape=shape, outside=outside)
        if share > 0:
            sampled += share * _shifted(array, below + 1, source, origin=origin, shape=shape, outside=outside)
        yield sampled


def _shifted(
    array: NDArray[Any],
    index: int,
    source: Geometry,
    *,
    origin: NDArray[np.float64],
    shape: tuple[int, ...],
    outside: float,
) -> NDArray[np.float32]:
    """One source slice as seen in the frame of a target slice."""
    if outside == 0 and not array[index].any():
        return np.zeros(shape[1:], dtype=np.float32)  # as most slices of a mask are
    offset = np.round(_pixels_apart((origin - source.origins[index])[None], source)[0], 6)
    moved: NDArray[np.float32] = ndimage.affine_transform(
        array[index].astype(np.float32), np.ones(2), offset, shape[1:], order=1, mode="constant", cval=outside
    )
    return moved


def _pixels_apart(shifts: NDArray[np.float64], geometry: Geometry) -> NDArray[np.float64]:
    """(n, 3) mm as (n, 2) rows and columns, leaving out what goes along the normal."""
    steps = np.stack([geometry.row_step, geometry.column_step, geometry.normal], axis=1)
    return np.asarray(np.linalg.solve(steps, shifts.T).T[:, :2], dtype=np.float64)
