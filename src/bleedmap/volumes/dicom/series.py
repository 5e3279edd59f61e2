"""One volume from the slices of a DICOM series: placed from foot to head, pixels read, refused if too few are left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.budget import require_room, require_sides
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.dicom.flags import geometry_flags
from bleedmap.volumes.dicom.groups import by_height
from bleedmap.volumes.dicom.pixels import read_pixels
from bleedmap.volumes.dicom.refusals import Faults, refusal
from bleedmap.volumes.dicom.slice import Slice, SliceName, SlicePlace
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.head_size import require_head
from bleedmap.volumes.hounsfield import require_hu
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.mr_scale import to_display_scale
from bleedmap.volumes.orientation import face_axial

LEAST_KEPT = 0.75
HU_BYTES, MR_BYTES = (
    6.0,
    30.0,
)  # that a voxel takes: HU three times while it is turned and written, signal and its ranks


@dataclass(frozen=True)
class DicomSeries:
    """A series with the names by which a label table or a user may know it, which are private.

    Args:
        volume: the scan; its ``slice_keys`` are SOPInstanceUIDs, or ``<SOPInstanceUID>.<frame, from 1>`` of an
            enhanced file.
        series_uid: SeriesInstanceUID; never written or shown.
        patient_id: PatientID; never written or shown.
        file_names: name of the file of every slice, in slice order; never written or shown.
        copies: names of the dropped copies of every slice, in slice order; never written or shown.
        places: where the pixels of every slice's file lie, in the file's own rows and columns, in slice order; for
            what was drawn on the file's pixels (the volume may be turned, see ``face_axial``).
    """

    volume: CtVolume = field(repr=False)
    series_uid: str = field(repr=False)
    patient_id: str = field(repr=False)
    file_names: tuple[str, ...] = field(repr=False)
    copies: tuple[tuple[SliceName, ...], ...] = field(repr=False)
    places: tuple[SlicePlace, ...] = field(repr=False)


def build_series(slices: list[Slice], flags: set[str], lost: list[ScanError], faults: Faults) -> DicomSeries | None:
    """One volume; None, with the reason among the faults, where its slices make none."""
    group = slices[0].ids
    try:
        _require_most(len(slices), lost)
        slices, geometry = _place(slices)
        require_head(geometry, (len(slices), slices[0].pixels.rows, slices[0].pixels.columns))
        values, told, unread = _pixels(slices)
        for fault in unread.values():
            faults.add(group, fault)
        lost = [*lost, *unread.values()]
        kept = [index for index in range(len(slices)) if index not in unread]
        _require_most(len(kept), lost)
        if unread:
            slices, values = [slices[index] for index in kept], values[kept]
            geometry = replace(geometry, origins=geometry.origins[kept])
        hu = _displayed(values, geometry)
    except ScanError as error:
        faults.add(group, error, len(slices))
        return None
    flags = flags | geometry_flags(geometry, [each.thickness for each in slices])
    keys = tuple(each.key for each in slices)
    others = {
        "unreadable-slices": bool(lost),
        "lossy": any(each.lossy for each in slices),
        "shared-keys": len(set(keys)) < len(keys),
    }
    flags |= told | {flag for flag, is_so in others.items() if is_so}
    hu, geometry = face_axial(hu, geometry)
    intensity: ScannerIntensity = "hu" if slices[0].rescale.is_hu else "mr"
    return DicomSeries(
        volume=CtVolume(hu, geometry, keys, tuple(sorted(flags)), intensity),
        series_uid=group.series,
        patient_id=group.patient,
        file_names=tuple(each.file.name for each in slices),
        copies=tuple(each.copies for each in slices),
        places=tuple(each.place for each in slices),
    )


def _require_most(kept: int, lost: Sequence[ScanError]) -> None:
    """Refuse a scan of which too little is left, for what most of its slices are lost for."""
    if lost and kept < max(2, LEAST_KEPT * (kept + len(lost))):
        codes = Counter(fault.code for fault in lost)
        raise min(lost, key=lambda fault: (-codes[fault.code], fault.code))
    if kept < 2:
        raise refusal("single-slice")


def _place(slices: list[Slice]) -> tuple[list[Slice], Geometry]:
    """Slices from foot to head, and where they lie."""
    row_step, column_step = steps_of(slices[0].place)
    ordered = by_height(slices)
    origins = np.stack([each.place.position for each in ordered])
    return ordered, Geometry(origins=origins, row_step=row_step, column_step=column_step)


def steps_of(place: SlicePlace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Millimetres from one row to the next and from one column to the next."""
    return place.down_column * place.pixel_spacing[0], place.along_row * place.pixel_spacing[1]


def _displayed(values: NDArray[np.int16] | NDArray[np.float32], geometry: Geometry) -> NDArray[np.int16]:
    """HU as they are, once they can be those of a head; the signal of an MR on the display scale."""
    if values.dtype != np.int16:
        return to_display_scale(values, geometry.spacing)
    hu = np.asarray(values, dtype=np.int16)
    require_hu(hu)
    return hu


def _pixels(
    slices: Sequence[Slice],
) -> tuple[NDArray[np.int16] | NDArray[np.float32], set[str], dict[int, ScanError]]:
    """HU or signal of slices, what to tell of them, and why some cannot be read."""
    pixels, is_hu = slices[0].pixels, slices[0].rescale.is_hu
    shape = (len(slices), pixels.rows, pixels.columns)
    require_sides(shape)
    require_room(shape, HU_BYTES if is_hu else MR_BYTES)
    values = np.zeros(shape, dtype=np.int16 if is_hu else np.float32)
    unread: dict[int, ScanError] = {}
    told: set[str] = set()
    for index, plane, flags in read_pixels(slices):
        if isinstance(plane, ScanError):
            unread[index] = plane
        else:
            values[index] = plane
            told |= flags
    return values, told, unread
