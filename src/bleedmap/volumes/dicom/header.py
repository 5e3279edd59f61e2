"""Elements of a DICOM header as plain values, from their raw bytes: faster than pydicom's own conversion."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

TAGS = {
    name: Tag(name)
    for name in (
        *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "PatientID", "Modality", "ImageType"),
        *("NumberOfFrames", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"),
        *(
            "AcquisitionNumber",
            "AcquisitionTime",
            "InstanceNumber",
            "ConvolutionKernel",
            "SamplesPerPixel",
            "PhotometricInterpretation",
        ),
        *("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue"),
        *("PixelPaddingRangeLimit", "RescaleSlope", "RescaleIntercept", "RescaleType", "LossyImageCompression"),
        *("EchoTime", "EffectiveEchoTime", "DiffusionBValue"),
    )
}
"""What decides whether and how a file becomes a slice, by keyword."""


def text(data: Dataset, name: str) -> str:
    """Value of a text element as written, several with a backslash between; empty where absent.

    Args:
        data: header.
        name: keyword, one of ``TAGS``.
    """
    tag = TAGS[name]
    if tag not in data:
        return ""
    value = data.get_item(tag).value
    if isinstance(value, bytes):
        return value.decode("latin-1").strip(" \0")
    if value is None or isinstance(value, str):
        return value or ""
    return "\\".join(str(word) for word in value) if hasattr(value, "__len__") else str(value)


def numbers(data: Dataset, name: str, count: int) -> NDArray[np.float64] | None:
    """(count,) values of a decimal element; None where they are not as many finite numbers."""
    words = text(data, name).split("\\")
    try:
        values = np.array([float(word) for word in words])
    except ValueError:
        return None
    return values if len(values) == count and np.isfinite(values).all() else None


def number(data: Dataset, name: str) -> float:
    """Value of a decimal element, NaN where it is none."""
    found = numbers(data, name, 1)
    return float("nan") if found is None else float(found[0])


def short(data: Dataset, name: str) -> int | None:
    """Value of a binary element of sixteen bits, unsigned; None where absent or of another length."""
    tag = TAGS[name]
    if tag not in data:
        return None
    element = data.get_item(tag)
    if isinstance(element.value, int):
        return element.value % 2**16
    if not isinstance(element.value, bytes) or len(element.value) != 2:
        return None
    little = not isinstance(element, RawDataElement) or element.is_little_endian
    return int.from_bytes(element.value, "little" if little else "big")
