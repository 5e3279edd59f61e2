"""DICOM series into CT volumes: grouped by series, sorted by position, refused where they are no scan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume, Geometry
from bleedmap.volumes.dicom_slice import CT_IMAGE, SliceHeader, SlicePlace, read_header, read_hu
from bleedmap.volumes.hounsfield import require_hu
from bleedmap.volumes.orientation import face_axial, require_axial

SAME_DIRECTION = 1e-3
SAME_SPACING_MM = 1e-3
SAME_POSITION_MM = 0.01


@dataclass(frozen=True)
class DicomSeries:
    """A CT series with the names by which a label table or a user may know it, which are private.

    Args:
        volume: the CT; its ``slice_keys`` are SOPInstanceUIDs.
        series_uid: SeriesInstanceUID; never written or shown.
        patient_id: PatientID; never written or shown.
        file_names: name of the file of every slice, in slice order; never written or shown.
    """

    volume: CtVolume = field(repr=False)
    series_uid: str = field(repr=False)
    patient_id: str = field(repr=False)
    file_names: tuple[str, ...] = field(repr=False)


def group_series(files: Sequence[Path]) -> tuple[list[list[Path]], list[ScanError]]:
    """Sort files into series by their headers.

    Returns:
        Files of every series, in the given order; and one error for every file that is in no series, in the given
        order too (``dicomdir`` among them, which is no fault).
    """
    series: dict[str, list[Path]] = {}
    refused = []
    for path in files:
        try:
            series.setdefault(read_header(path).series_uid, []).append(path)
        except ScanError as error:
            refused.append(error)
    return list(series.values()), refused


def read_series(files: Sequence[Path]) -> DicomSeries:
    """Read the files of one series as a volume on its own slices, tilt and uneven gaps kept.

    Raises:
        ScanError: ``not-ct``, ``multi-frame``, ``localizer``, ``no-position``, ``mixed-series``,
            ``mixed-orientation``, ``mixed-matrix``, ``duplicate-slices``, ``not-axial``, ``not-hu``, or what one of
            the files is refused for (``not-dicom``, ``unreadable``, ``truncated``, ``compressed``).
    """
    headers = _images(_distinct([read_header(path) for path in files]))
    _require_one_grid(headers)
    headers, geometry = _sorted_by_position(headers)
    hu = np.stack([read_hu(header) for header in headers])
    require_hu(hu)
    hu, geometry = face_axial(hu, geometry)
    return DicomSeries(
        volume=CtVolume(hu=hu, geometry=geometry, slice_keys=tuple(header.sop_uid for header in headers)),
        series_uid=headers[0].series_uid,
        patient_id=headers[0].patient_id,
        file_names=tuple(header.path.name for header in headers),
    )


def _distinct(headers: list[SliceHeader]) -> list[SliceHeader]:
    """Every image once: byte-identical copies of a file are dropped."""
    kept: dict[str, SliceHeader] = {}
    doubles = []
    for header in headers:
        first = kept.setdefault(header.sop_uid, header)
        if first is not header and first.path.read_bytes() != header.path.read_bytes():
            doubles.append(header)
    return [*kept.values(), *doubles]


def _images(headers: list[SliceHeader]) -> list[SliceHeader]:
    """The CT images among the files of a series; scouts that travel with them are left out."""
    if any(header.modality not in {"CT", ""} for header in headers):
        raise _not_ct("another modality")
    if any(header.frames > 1 for header in headers):
        raise ScanError(
            "multi-frame",
            found="many frames in one file",
            expected="one slice a file",
            remedy="convert it to single-frame CT, for example with emf2sf of dcm4che",
        )
    images = [header for header in headers if "LOCALIZER" not in header.image_type]
    if len(images) < 2:
        raise ScanError(
            "localizer",
            found="a localizer" if not images else "a single slice",
            expected="a stack of at least two axial slices",
            remedy="give the axial series of the study",
        )
    if any(header.place is None for header in images):
        raise ScanError(
            "no-position",
            found="images without position, orientation or pixel spacing, such as exam summaries or screen shots",
            expected="ImagePositionPatient, ImageOrientationPatient and PixelSpacing in every file",
            remedy="give the original axial series of the study",
        )
    if any(header.sop_class not in {CT_IMAGE, ""} for header in images):
        raise _not_ct("a derived object such as a secondary capture")
    return images


def _require_one_grid(headers: list[SliceHeader]) -> None:
    if len({header.series_uid for header in headers}) > 1:
        raise ScanError(
            "mixed-series",
            found="files of several series",
            expected="the files of one series",
            remedy="sort the files with group_series first",
        )
    places = _places(headers)
    directions = np.stack([[place.along_row, place.down_column] for place in places])
    if np.ptp(directions, axis=0).max() > SAME_DIRECTION:
        raise ScanError(
            "mixed-orientation",
            found="slices of several orientations in one series",
            expected="parallel slices",
            remedy="split the series by ImageOrientationPatient",
        )
    spacing = np.stack([place.pixel_spacing for place in places])
    if len({header.matrix for header in headers}) > 1 or np.ptp(spacing, axis=0).max() > SAME_SPACING_MM:
        raise ScanError(
            "mixed-matrix",
            found="slices of several matrix or pixel sizes in one series",
            expected="one matrix and pixel size throughout",
            remedy="split the series by Rows, Columns and PixelSpacing",
        )


def _sorted_by_position(headers: list[SliceHeader]) -> tuple[list[SliceHeader], Geometry]:
    places = _places(headers)
    first = places[0]
    row_step = first.down_column * first.pixel_spacing[0]
    column_step = first.along_row * first.pixel_spacing[1]
    require_axial(row_step=row_step, column_step=column_step)
    normal = np.cross(first.along_row, first.down_column)
    origins = np.stack([place.position for place in places])
    order = np.argsort(origins @ normal * np.sign(normal[2]), kind="stable")
    geometry = Geometry(origins=origins[order], row_step=row_step, column_step=column_step)
    if geometry.gaps.min() < SAME_POSITION_MM:
        raise ScanError(
            "duplicate-slices",
            found="several slices at one position",
            expected="one slice a position",
            remedy="remove double files, or give one phase of a perfusion series",
        )
    return [headers[index] for index in order], geometry


def _places(headers: list[SliceHeader]) -> list[SlicePlace]:
    return [header.place for header in headers if header.place is not None]


def _not_ct(found: str) -> ScanError:
    return ScanError(
        "not-ct", found=found, expected="CT images (Modality CT, CT Image Storage)", remedy="give the CT series"
    )
