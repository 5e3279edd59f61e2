"""DICOM files into CT volumes: grouped by series and geometry, sorted by position, refused where they are no scan."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume, Geometry
from bleedmap.volumes.dicom_file import read_slices
from bleedmap.volumes.dicom_flags import geometry_flags
from bleedmap.volumes.dicom_groups import by_grid, by_height, sort_out_copies, split_repeats
from bleedmap.volumes.dicom_pixels import read_hu
from bleedmap.volumes.dicom_refusals import DAMAGE, Faults, refusal
from bleedmap.volumes.dicom_slice import NoSlice, SeriesIds, Slice, SlicePlace
from bleedmap.volumes.hounsfield import require_hu
from bleedmap.volumes.orientation import face_axial, require_axial
from bleedmap.volumes.zip_member import InputFile

LEAST_KEPT = 0.75
MOST_VOXELS = 2_000_000_000


@dataclass(frozen=True)
class DicomSeries:
    """A CT series with the names by which a label table or a user may know it, which are private.

    Args:
        volume: the CT; its ``slice_keys`` are SOPInstanceUIDs, or ``<SOPInstanceUID>.<frame, from 1>`` of an
            enhanced file.
        series_uid: SeriesInstanceUID; never written or shown.
        patient_id: PatientID; never written or shown.
        file_names: name of the file of every slice, in slice order; never written or shown.
        places: where the pixels of every slice's file lie, in the file's own rows and columns, in slice order; for
            what was drawn on the file's pixels (the volume may be turned, see ``face_axial``).
    """

    volume: CtVolume = field(repr=False)
    series_uid: str = field(repr=False)
    patient_id: str = field(repr=False)
    file_names: tuple[str, ...] = field(repr=False)
    places: tuple[SlicePlace, ...] = field(repr=False)


def read_study(files: Sequence[InputFile]) -> tuple[list[DicomSeries], list[ScanError]]:
    """Every head CT volume among some files, and why the rest is none; a DICOMDIR is no fault.

    Neither the names nor the order of the files matter: volumes come sorted by SeriesInstanceUID, then by geometry;
    faults by the number of files they concern.

    A volume that lacks slices which cannot be used is kept if at least three quarters of them are left; it is then
    flagged ``unreadable-slices``, and the fault of the slices is told too. Other flags: those of ``geometry_flags``,
    ``copies-dropped``, ``scouts-dropped``, ``wrapped-12-bit`` (signed values were stored unsigned), ``lossy``
    and ``shared-keys`` (slices with one SOPInstanceUID).

    Returns:
        The volumes, and a fault for each group of images or single file that is none.
    """
    faults = Faults()
    series: dict[SeriesIds, list[Slice | NoSlice]] = {}
    for file in files:
        try:
            for image in read_slices(file):
                series.setdefault(image.ids, []).append(image)
        except ScanError as error:
            if error.code != "dicomdir":
                faults.add(file, error)
    found = [volume for key in sorted(series) for volume in _volumes(series[key], faults)]
    return sorted(found, key=_content), faults.sorted()


def _volumes(images: Sequence[Slice | NoSlice], faults: Faults) -> list[DicomSeries]:
    """Volumes of one series of one patient."""
    group = images[0].ids
    slices = [image for image in images if isinstance(image, Slice)]
    others = [image.fault for image in images if isinstance(image, NoSlice)]
    lost = [fault for fault in others if fault.code in DAMAGE]
    found = []
    for grid in by_grid(slices):
        try:
            require_axial(*_steps(grid[0].place))
            single, flags, unread = sort_out_copies(grid)
            for fault in unread:
                faults.add(group, fault)
            for part in split_repeats(single):
                volume = _volume(part, flags, [*lost, *unread], faults)
                lost = []  # slices without a place are missed in one volume: the largest of the series
                found += [volume] if volume else []
        except ScanError as error:
            faults.add(group, error, len(grid))
    scouts = any(fault.code == "localizer" for fault in others)
    for fault in others:
        if not (found and fault.code == "localizer"):
            faults.add(group, fault)
    return [_flagged(volume, "scouts-dropped") for volume in found] if scouts else found


def _volume(slices: list[Slice], flags: set[str], lost: list[ScanError], faults: Faults) -> DicomSeries | None:
    """One volume; None, with the reason among the faults, where its slices make none."""
    group = slices[0].ids
    try:
        _require_most(len(slices), lost)
        slices, geometry = _place(slices)
        hu, wrapped, unread = _pixels(slices)
        for fault in unread.values():
            faults.add(group, fault)
        lost = [*lost, *unread.values()]
        kept = [index for index in range(len(slices)) if index not in unread]
        _require_most(len(kept), lost)
        if unread:
            slices, hu = [slices[index] for index in kept], hu[kept]
            geometry = replace(geometry, origins=geometry.origins[kept])
        require_hu(hu)
    except ScanError as error:
        faults.add(group, error, len(slices))
        return None
    flags = flags | geometry_flags(geometry, [each.thickness for each in slices])
    keys = tuple(each.key for each in slices)
    others = {
        "unreadable-slices": bool(lost),
        "wrapped-12-bit": wrapped,
        "lossy": any(each.lossy for each in slices),
        "shared-keys": len(set(keys)) < len(keys),
    }
    flags |= {flag for flag, is_so in others.items() if is_so}
    hu, geometry = face_axial(hu, geometry)
    return DicomSeries(
        volume=CtVolume(hu, geometry, keys, tuple(sorted(flags))),
        series_uid=group.series,
        patient_id=group.patient,
        file_names=tuple(each.file.name for each in slices),
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
    row_step, column_step = _steps(slices[0].place)
    ordered = by_height(slices)
    origins = np.stack([each.place.position for each in ordered])
    return ordered, Geometry(origins=origins, row_step=row_step, column_step=column_step)


def _steps(place: SlicePlace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Millimetres from one row to the next and from one column to the next."""
    return place.down_column * place.pixel_spacing[0], place.along_row * place.pixel_spacing[1]


def _pixels(slices: Sequence[Slice]) -> tuple[NDArray[np.int16], bool, dict[int, ScanError]]:
    """HU of slices, whether a 12-bit overflow was undone, and why some cannot be read."""
    pixels = slices[0].pixels
    if len(slices) * pixels.rows * pixels.columns > MOST_VOXELS:
        raise refusal("too-large")
    hu = np.empty((len(slices), pixels.rows, pixels.columns), dtype=np.int16)
    unread: dict[int, ScanError] = {}
    wrapped = False
    for index, plane, unwrapped in read_hu(slices):
        if isinstance(plane, ScanError):
            unread[index] = plane
        else:
            hu[index] = plane
            wrapped |= unwrapped
    return hu, wrapped, unread


def _flagged(series: DicomSeries, flag: str) -> DicomSeries:
    flags = tuple(sorted({*series.volume.flags, flag}))
    return replace(series, volume=replace(series.volume, flags=flags))


def _content(series: DicomSeries) -> tuple[object, ...]:
    geometry = series.volume.geometry
    steps = [*geometry.row_step, *geometry.column_step, *geometry.origins[0]]
    return series.series_uid, series.patient_id, series.volume.hu.shape, steps, series.volume.slice_keys
