"""One DICOM file: its header as plain numbers, and its pixels as HU."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.errors import InvalidDicomError

from bleedmap.errors import ScanError
from bleedmap.volumes.hounsfield import AIR, clip_hu, unwrap_12_bit

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
DIRECTORY = "1.2.840.10008.1.3.10"
LEAST_DIRECTION = 0.5

_HEADER_TAGS = [
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "PatientID", "Modality", "ImageType", "NumberOfFrames"),
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "SamplesPerPixel"),
]


@dataclass(frozen=True, repr=False)
class SlicePlace:
    """Where the pixels of a slice lie in the patient, LPS.

    Args:
        position: (3,) mm, the first pixel.
        along_row: (3,) unit vector from one column to the next.
        down_column: (3,) unit vector from one row to the next.
        pixel_spacing: (2,) mm between rows and between columns.
    """

    position: NDArray[np.float64]
    along_row: NDArray[np.float64]
    down_column: NDArray[np.float64]
    pixel_spacing: NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class SliceHeader:
    """What the header of one file says; without a repr, for it names the patient.

    Args:
        path: the file.
        series_uid: SeriesInstanceUID.
        sop_uid: SOPInstanceUID.
        patient_id: PatientID.
        sop_class: SOPClassUID, empty where absent.
        modality: Modality, empty where absent.
        image_type: ImageType in capitals.
        frames: number of frames.
        matrix: (rows, columns).
        place: where its pixels lie, None where the header does not say.
    """

    path: Path
    series_uid: str
    sop_uid: str
    patient_id: str
    sop_class: str
    modality: str
    image_type: tuple[str, ...]
    frames: int
    matrix: tuple[int, int]
    place: SlicePlace | None


def read_header(path: Path) -> SliceHeader:
    """Read what sorts and places a slice, without its pixels.

    Raises:
        ScanError: ``not-dicom``, ``unreadable``, or ``dicomdir`` for the index of a disc.
    """
    with _named_errors():
        data = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_HEADER_TAGS))
        if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY:
            raise ScanError(
                "dicomdir",
                found="the index of a DICOM disc",
                expected="an image",
                remedy="nothing, the images beside it are read without it",
            )
        if "SeriesInstanceUID" not in data or "SOPInstanceUID" not in data:
            raise _unreadable()
        return SliceHeader(
            path=path,
            series_uid=str(data.SeriesInstanceUID),
            sop_uid=str(data.SOPInstanceUID),
            patient_id=str(data.get("PatientID") or ""),
            sop_class=str(data.get("SOPClassUID") or ""),
            modality=str(data.get("Modality") or ""),
            image_type=tuple(str(word).upper() for word in data.get("ImageType") or ()),
            frames=int(data.get("NumberOfFrames") or 1),
            matrix=(int(data.get("Rows") or 0), int(data.get("Columns") or 0)),
            place=_place(data),
        )


def read_hu(header: SliceHeader) -> NDArray[np.int16]:
    """Read the pixels of a slice, rescaled to HU, padding as air.

    Returns:
        (rows, columns) int16 HU in [-1024, 3071], in the order of the file.

    Raises:
        ScanError: ``truncated``, ``unreadable``, ``compressed``, or ``not-hu`` where no rescale to HU is given.
    """
    with _named_errors():
        data = pydicom.dcmread(header.path)
        if "RescaleSlope" not in data or "RescaleIntercept" not in data or not _unit_is_hu(data):
            raise ScanError(
                "not-hu",
                found="pixels without a rescale to Hounsfield units",
                expected="RescaleSlope and RescaleIntercept in HU, brightest is densest",
                remedy="export the original CT series from the archive",
            )
        stored = _pixels(data)
        slope, intercept = float(data.RescaleSlope), float(data.RescaleIntercept)
        padding = _padding(data, stored)
        if int(data.BitsStored) == 12 and int(data.PixelRepresentation) == 0:
            stored, intercept = unwrap_12_bit(stored, intercept)
        hu = clip_hu(stored.astype(np.float32) * np.float32(slope) + np.float32(intercept))
        if padding is not None:
            hu[padding] = AIR
        if hu.shape != header.matrix:
            raise _unreadable()
        return hu


def _pixels(data: pydicom.Dataset) -> NDArray[np.integer]:
    if "PixelData" not in data or len(data.PixelData) == 0:
        raise _truncated()
    if not data.file_meta.TransferSyntaxUID.is_compressed:
        needed = int(data.Rows) * int(data.Columns) * int(data.BitsAllocated) // 8
        if len(data.PixelData) < needed:
            raise _truncated()
    try:
        return np.asarray(data.pixel_array)
    except (RuntimeError, NotImplementedError, AttributeError) as error:
        raise ScanError(
            "compressed",
            found="pixels in a compression that cannot be decoded here",
            expected="uncompressed pixels or an installed decoder",
            remedy="pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg, or export uncompressed",
        ) from error


def _padding(data: pydicom.Dataset, stored: NDArray[np.integer]) -> NDArray[np.bool_] | None:
    if data.get("PixelPaddingValue") is None:
        return None
    first = int(data.PixelPaddingValue)
    last = int(data.get("PixelPaddingRangeLimit") or first)
    return np.asarray((stored >= min(first, last)) & (stored <= max(first, last)))


def _unit_is_hu(data: pydicom.Dataset) -> bool:
    unit = str(data.get("RescaleType") or "HU").upper()
    return unit in {"HU", "US"} and str(data.get("PhotometricInterpretation")) == "MONOCHROME2"


def _place(data: pydicom.Dataset) -> SlicePlace | None:
    position = _numbers(data, "ImagePositionPatient", 3)
    orientation = _numbers(data, "ImageOrientationPatient", 6)
    pixel_spacing = _numbers(data, "PixelSpacing", 2)
    if position is None or orientation is None or pixel_spacing is None or pixel_spacing.min() <= 0:
        return None
    directions = orientation.reshape(2, 3)
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    if lengths.min() < LEAST_DIRECTION:
        return None
    along_row, down_column = directions / lengths
    return SlicePlace(position, along_row, down_column, pixel_spacing)


def _numbers(data: pydicom.Dataset, tag: str, count: int) -> NDArray[np.float64] | None:
    value = data.get(tag)
    if value is None or isinstance(value, str) or len(value) != count:
        return None
    numbers = np.array([float(number) for number in value])
    return numbers if np.isfinite(numbers).all() else None


def _truncated() -> ScanError:
    return ScanError(
        "truncated",
        found="a file that ends before its pixels do",
        expected="as many pixels as the header announces",
        remedy="fetch the file again from the archive",
    )


def _unreadable() -> ScanError:
    return ScanError(
        "unreadable",
        found="a damaged DICOM file",
        expected="a file that follows the standard",
        remedy="fetch the file again from the archive",
    )


@contextmanager
def _named_errors() -> Iterator[None]:
    """Turn whatever a broken file makes pydicom raise into one sentence, and keep tag values out of warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except ScanError:
            raise
        except (InvalidDicomError, IsADirectoryError):
            raise ScanError(
                "not-dicom",
                found="a file that is not DICOM",
                expected="DICOM files with their preamble",
                remedy="leave it out of the folder",
            ) from None
        except EOFError:
            raise _truncated() from None
        except Exception:  # noqa: BLE001  pydicom raises almost anything on a damaged file, quoting tag values
            raise _unreadable() from None
