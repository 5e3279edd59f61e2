"""What the header of a DICOM image says, as plain numbers, or why it is no slice of a CT."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pydicom
from numpy.typing import NDArray

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.header import number, numbers, short, text
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.rescale import Rescale
from bleedmap.volumes.zip_member import InputFile

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT = ("1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
LEAST_DIRECTION = 0.5
MOST_ROWS = 4096
MOST_FRAMES = 20_000
FARTHEST_MM = 1e5
PIXEL_MM = (0.01, 100.0)
MOST_SLOPE, MOST_INTERCEPT = 1e4, 1e6


class SeriesIds(NamedTuple):
    """What slices of one volume share, private.

    Args:
        series: SeriesInstanceUID.
        patient: PatientID.
    """

    series: str
    patient: str


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
class PixelFormat:
    """How the pixels of a file are stored.

    Args:
        rows: of one frame.
        columns: of one frame.
        allocated: bits of one pixel in the file, 8 or 16.
        stored: bits of it that count.
        signed: whether they are signed.
        frames: number of frames.
        transfer_syntax: UID of the encoding.
        offset: byte of the file where the pixel data element starts; None in a deflated file.
        implicit: whether elements leave out their VR.
        little: whether bytes are little endian.
    """

    rows: int
    columns: int
    allocated: int
    stored: int
    signed: bool
    frames: int
    transfer_syntax: pydicom.uid.UID
    offset: int | None
    implicit: bool
    little: bool

    @property
    def bytes(self) -> int:
        """Bytes of all frames uncompressed."""
        return self.rows * self.columns * self.frames * self.allocated // 8


@dataclass(frozen=True, repr=False)
class Slice:
    """One CT slice: a file, or one frame of a file; without a repr, for it names the patient.

    Args:
        ids: names of its series and patient.
        file: where it is.
        frame: which frame, 0 in a file of one.
        key: SOPInstanceUID; of an enhanced file ``<SOPInstanceUID>.<frame, from 1>``.
        kernel: ConvolutionKernel.
        acquisition: AcquisitionNumber.
        thickness: SliceThickness in mm, NaN where absent.
        lossy: whether it was ever compressed with loss.
        place: where its pixels lie.
        pixels: how they are stored.
        rescale: what they mean.
    """

    ids: SeriesIds
    file: InputFile
    frame: int
    key: str
    kernel: str
    acquisition: str
    thickness: float
    lossy: bool
    place: SlicePlace
    pixels: PixelFormat
    rescale: Rescale


@dataclass(frozen=True, repr=False)
class NoSlice:
    """An image that is no slice of a CT.

    Args:
        ids: names of its series and patient.
        fault: why.
    """

    ids: SeriesIds
    fault: ScanError


def to_slice(
    data: pydicom.Dataset, ids: SeriesIds, file: InputFile, frame: int, pixels: PixelFormat | None
) -> Slice | NoSlice:
    """A slice from a header that tells of one frame.

    Args:
        data: header; for a frame of an enhanced file, with what its functional groups say on top.
        ids: names of the series and the patient.
        file: where it is.
        frame: from 0.
        pixels: how the pixels are stored, None where the header does not say.
    """
    fault = _other_image(data)
    place, rescale = _place(data), _rescale(data, pixels)
    code = fault or _gap(place, pixels, rescale)
    if code is not None or place is None or pixels is None or rescale is None:
        return NoSlice(ids, refusal(code or "unreadable"))
    uid = text(data, "SOPInstanceUID")
    return Slice(
        ids=ids,
        file=file,
        frame=frame,
        key=f"{uid}.{frame + 1}" if text(data, "SOPClassUID") in ENHANCED_CT else uid,
        kernel=text(data, "ConvolutionKernel"),
        acquisition=text(data, "AcquisitionNumber"),
        thickness=number(data, "SliceThickness"),
        lossy=text(data, "LossyImageCompression") == "01",
        place=place,
        pixels=pixels,
        rescale=rescale,
    )


def _other_image(data: pydicom.Dataset) -> str | None:
    """Code of an image that is not meant to be a slice."""
    kind = text(data, "SOPClassUID") or CT_IMAGE
    if kind.startswith(SECONDARY_CAPTURE):
        return "not-an-image-slice"
    if (text(data, "Modality") or "CT") != "CT" or kind not in {CT_IMAGE, *ENHANCED_CT}:
        return "not-ct"
    if "LOCALIZER" in text(data, "ImageType").upper():
        return "localizer"
    if kind == CT_IMAGE and number(data, "NumberOfFrames") > 1:
        return "multi-frame"
    meaning = text(data, "PhotometricInterpretation")
    if meaning == "MONOCHROME1":
        return "monochrome1"
    if meaning != "MONOCHROME2" or short(data, "SamplesPerPixel") not in {1, None}:
        return "not-an-image-slice" if meaning else "pixel-format"
    if text(data, "RescaleType").upper() not in {"", "HU", "US"}:
        return "not-hu"
    return None


def _gap(place: SlicePlace | None, pixels: PixelFormat | None, rescale: Rescale | None) -> str | None:
    """Code of what a slice lacks."""
    if place is None:
        return "no-position"
    if pixels is None:
        return "pixel-format"
    return "no-rescale" if rescale is None else None


def pixel_format(data: pydicom.FileDataset, offset: int | None) -> PixelFormat | None:
    """How the pixels of a file are stored; None where that is missing, contradictory or implausibly large."""
    rows, columns, allocated, stored = (
        short(data, name) or 0 for name in ("Rows", "Columns", "BitsAllocated", "BitsStored")
    )
    sign = short(data, "PixelRepresentation")
    frames = number(data, "NumberOfFrames") if text(data, "NumberOfFrames") else 1
    if not (0 < rows <= MOST_ROWS and 0 < columns <= MOST_ROWS and 1 <= frames <= MOST_FRAMES):
        return None
    if allocated not in {8, 16} or not 1 < stored <= allocated or sign not in {0, 1}:
        return None
    implicit, little = data.original_encoding
    return PixelFormat(
        rows=rows,
        columns=columns,
        allocated=allocated,
        stored=stored,
        signed=sign == 1,
        frames=int(frames),
        transfer_syntax=pydicom.uid.UID(str(data.file_meta.TransferSyntaxUID)),
        offset=offset,
        implicit=bool(implicit),
        little=bool(little),
    )


def _rescale(data: pydicom.Dataset, pixels: PixelFormat | None) -> Rescale | None:
    slope, intercept = number(data, "RescaleSlope"), number(data, "RescaleIntercept")
    if pixels is None or not (0 < slope <= MOST_SLOPE and abs(intercept) <= MOST_INTERCEPT):
        return None
    first, last = short(data, "PixelPaddingValue"), short(data, "PixelPaddingRangeLimit")
    padding = None if first is None else (first, first if last is None else last)
    return Rescale(slope, intercept, pixels.stored, pixels.signed, padding)


def _place(data: pydicom.Dataset) -> SlicePlace | None:
    position = numbers(data, "ImagePositionPatient", 3)
    orientation = numbers(data, "ImageOrientationPatient", 6)
    pixel_spacing = numbers(data, "PixelSpacing", 2)
    if position is None or orientation is None or pixel_spacing is None:
        return None
    if np.abs(position).max() > FARTHEST_MM or pixel_spacing.min() < PIXEL_MM[0] or pixel_spacing.max() > PIXEL_MM[1]:
        return None
    directions = orientation.reshape(2, 3)
    lengths = np.sqrt((directions**2).sum(axis=1, keepdims=True))
    if lengths.min() < LEAST_DIRECTION or np.abs(directions[0] @ directions[1]) > LEAST_DIRECTION * lengths.prod():
        return None
    along_row, down_column = directions / lengths
    return SlicePlace(position, along_row, down_column, pixel_spacing)
