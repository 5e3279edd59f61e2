"""DICOM files into volumes: grouped by series and geometry, sorted by position, refused where they are no scan."""

from collections.abc import Sequence
from dataclasses import replace

from bleedmap.errors import ScanError
from bleedmap.volumes.budget import holding
from bleedmap.volumes.dicom.file import read_slices
from bleedmap.volumes.dicom.groups import by_grid, sort_out_copies
from bleedmap.volumes.dicom.refusals import DAMAGE, Faults
from bleedmap.volumes.dicom.series import DicomSeries, build_series, steps_of
from bleedmap.volumes.dicom.slice import NoSlice, SeriesIds, Slice
from bleedmap.volumes.dicom.stacks import split_stacks
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.orientation import require_axial
from bleedmap.volumes.zip_member import InputFile


def read_study(files: Sequence[InputFile], kind: ScannerIntensity = "hu") -> tuple[list[DicomSeries], list[ScanError]]:
    """Every head scan among some files, and why the rest is none; a DICOMDIR is no fault.

    Neither the names nor the order of the files matter: volumes come sorted by SeriesInstanceUID, then by geometry;
    faults by the number of files they concern.

    A volume that lacks slices which cannot be used is kept if at least three quarters of them are left; it is then
    flagged ``unreadable-slices``, and the fault of the slices is told too. Other flags: those of ``geometry_flags``
    and ``to_values``, ``longer-pixels``, ``copies-dropped``, ``scouts-dropped``, ``lossy`` and ``shared-keys`` (slices
    with one SOPInstanceUID).

    Args:
        files: in any order.
        kind: ``hu`` for CT, ``mr`` for MR; images of the other are refused by name (``not-ct``, ``not-mr``).

    Raises:
        ReadError: a file cannot be read now; without its slices the study would be another one.

    Returns:
        The volumes, and a fault for each group of images or single file that is none.
    """
    faults = Faults()
    series: dict[SeriesIds, list[Slice | NoSlice]] = {}
    for file in files:
        try:
            for image in read_slices(file, kind):
                series.setdefault(image.ids, []).append(image)
        except ScanError as error:
            if error.code != "dicomdir":
                faults.add(file, error)
    found: list[DicomSeries] = []
    for key in sorted(series):
        found += _volumes(series[key], faults, _bytes(found))
    return sorted(found, key=_content), faults.sorted()


def _bytes(volumes: Sequence[DicomSeries]) -> int:
    """Memory that volumes hold: a study of very many is refused from where they are more than a scan may take."""
    return sum(each.volume.hu.nbytes for each in volumes)


def _volumes(images: Sequence[Slice | NoSlice], faults: Faults, held: int) -> list[DicomSeries]:
    """Volumes of one series of one patient; ``held`` are the bytes of those before it."""
    group = images[0].ids
    slices = [image for image in images if isinstance(image, Slice)]
    others = [image.fault for image in images if isinstance(image, NoSlice)]
    lost = [fault for fault in others if fault.code in DAMAGE]
    found: list[DicomSeries] = []
    for grid in by_grid(slices):
        try:
            require_axial(*steps_of(grid[0].place))
            single, flags, unread = sort_out_copies(grid)
            for fault in unread:
                faults.add(group, fault)
            for part in split_stacks(single):
                with holding(held + _bytes(found)):
                    volume = build_series(part, flags, [*lost, *unread], faults)
                lost = []  # slices without a place are missed in one volume: the largest of the series
                found += [volume] if volume else []
        except ScanError as error:
            faults.add(group, error, len(grid))
    scouts = any(fault.code == "localizer" for fault in others)
    for fault in others:
        if not (found and fault.code == "localizer"):
            faults.add(group, fault)
    return [_flagged(volume, "scouts-dropped") for volume in found] if scouts else found


def _flagged(series: DicomSeries, flag: str) -> DicomSeries:
    flags = tuple(sorted({*series.volume.flags, flag}))
    return replace(series, volume=replace(series.volume, flags=flags))


def _content(series: DicomSeries) -> tuple[object, ...]:
    geometry = series.volume.geometry
    steps = [*geometry.row_step, *geometry.column_step, *geometry.origins[0]]
    return series.series_uid, series.patient_id, series.volume.hu.shape, steps, series.volume.slice_keys
