"""What the header of a DICOM image says, as plain numbers, or why it is no slice of a scan."""

from typing import NamedTuple

import numpy as np
import pydicom

from bleedmap.volumes.dicom.header import number, numbers, short, text
from bleedmap.volumes.dicom.refusals import PLUGINS, refusal
from bleedmap.volumes.dicom.rescale import Rescale
from bleedmap.volumes.dicom.slice import NoSlice, PixelFormat, SeriesIds, Slice, SlicePlace
from bleedmap.volumes.dicom.word import PixelWord
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.zip_member import InputFile

CT_IMAGE, MR_IMAGE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_CT = ("1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
ENHANCED_MR = ("1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.4.4")
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
LEAST_DIRECTION = 0.5
MOST_ROWS = 4096
MOST_FRAMES = 20_000
FARTHEST_MM = 1e5
CONTRAST = ("EchoTime", "EffectiveEchoTime", "DiffusionBValue")
NOT_THIS = {"hu": "not-ct", "mr": "not-mr"}
PIXEL_MM = (0.01, 100.0)
MOST_SLOPE, MOST_INTERCEPT = 1e4, 1e6


class ImageKind(NamedTuple):
    """What images of a modality call themselves.

    Args:
        modality: Modality.
        image: SOP class of a slice a file.
        enhanced: SOP classes of many frames a file.
    """

    modality: str
    image: str
    enhanced: tuple[str, ...]


KINDS: dict[ScannerIntensity, ImageKind] = {
    "hu": ImageKind("CT", CT_IMAGE, ENHANCED_CT),
    "mr": ImageKind("MR", MR_IMAGE, ENHANCED_MR),
}


def to_slice(
    data: pydicom.Dataset,
    ids: SeriesIds,
    file: InputFile,
    frame: int,
    pixels: PixelFormat | None,
    kind: ScannerIntensity,
) -> Slice | NoSlice:
    """A slice from a header that tells of one frame.

    Args:
        data: header; for a frame of an enhanced file, with what its functional groups say on top.
        ids: names of the series and the patient.
        file: where it is.
        frame: from 0.
        pixels: how the pixels are stored, None where the header does not say.
        kind: ``hu`` for CT, ``mr`` for MR; the other is none.
    """
    fault = _other_image(data, kind)
    place = _place(data)
    rescale = _rescale(data, pixels) if kind == "hu" else _signal(data, pixels)
    code = fault or _gap(place, pixels, rescale)
    if code is not None or place is None or pixels is None or rescale is None:
        return NoSlice(ids, refusal(code or "unreadable"))
    uid, is_frame = text(data, "SOPInstanceUID"), text(data, "SOPClassUID") in KINDS[kind].enhanced
    return Slice(
        ids=ids,
        file=file,
        frame=frame,
        key=f"{uid}.{frame + 1}" if is_frame else uid,
        kernel=text(data, "ConvolutionKernel"),
        image_type=text(data, "ImageType"),
        contrast="" if kind == "hu" else "|".join(text(data, name) for name in CONTRAST),
        acquisition=number(data, "AcquisitionNumber"),
        acquired=text(data, "AcquisitionTime"),
        instance=frame + 1 if is_frame else number(data, "InstanceNumber"),
        thickness=number(data, "SliceThickness"),
        lossy=text(data, "LossyImageCompression") == "01",
        place=place,
        pixels=pixels,
        rescale=rescale,
    )


def _other_image(data: pydicom.Dataset, wanted: ScannerIntensity) -> str | None:
    """Code of an image that is not meant to be a slice."""
    modality, image, enhanced = KINDS[wanted]
    kind = text(data, "SOPClassUID") or image
    if kind.startswith(SECONDARY_CAPTURE):
        return "not-an-image-slice"
    if (text(data, "Modality") or modality) != modality or kind not in {image, *enhanced}:
        return NOT_THIS[wanted]
    if "LOCALIZER" in text(data, "ImageType").upper():
        return "localizer"
    if kind == image and number(data, "NumberOfFrames") > 1:
        return "multi-frame"
    meaning = text(data, "PhotometricInterpretation")
    if meaning == "MONOCHROME1":
        return "monochrome1"
    if meaning != "MONOCHROME2" or short(data, "SamplesPerPixel") not in {1, None}:
        return "not-an-image-slice" if meaning else "pixel-format"
    if wanted == "hu" and text(data, "RescaleType").upper() not in {"", "HU", "US"}:
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
    transfer_syntax = pydicom.uid.UID(str(data.file_meta.TransferSyntaxUID))
    high = stored - 1 if (said := short(data, "HighBit")) is None else said
    # a JPEG has samples instead of words
    moved = stored <= high < allocated and transfer_syntax not in PLUGINS
    word = PixelWord(allocated, stored, high if moved else stored - 1, signed=sign == 1, as_said=high == stored - 1)
    return PixelFormat(
        rows=rows,
        columns=columns,
        word=word,
        frames=int(frames),
        transfer_syntax=transfer_syntax,
        offset=offset,
        little=bool(data.original_encoding[1]),
    )


def _rescale(data: pydicom.Dataset, pixels: PixelFormat | None) -> Rescale | None:
    slope, intercept = number(data, "RescaleSlope"), number(data, "RescaleIntercept")
    if pixels is None or not (0 < slope <= MOST_SLOPE and abs(intercept) <= MOST_INTERCEPT):
        return None
    return Rescale(slope, intercept, pixels.word, _padding(data))


def _signal(data: pydicom.Dataset, pixels: PixelFormat | None) -> Rescale | None:
    """What stored values of an MR mean: signal, rescaled where the header says so."""
    slope, intercept = number(data, "RescaleSlope"), number(data, "RescaleIntercept")
    if pixels is None:
        return None
    is_said = 0 < slope <= MOST_SLOPE and abs(intercept) <= MOST_INTERCEPT
    factor, offset = (slope, intercept) if is_said else (1.0, 0.0)
    return Rescale(factor, offset, pixels.word, _padding(data), is_hu=False)


def _padding(data: pydicom.Dataset) -> tuple[int, int] | None:
    first, last = short(data, "PixelPaddingValue"), short(data, "PixelPaddingRangeLimit")
    return None if first is None else (first, first if last is None else last)


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
