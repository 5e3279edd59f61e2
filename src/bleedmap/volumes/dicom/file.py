"""One DICOM file: the slices in it, and a name for whatever is wrong with it."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import Tag

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.from_header import KINDS, MOST_FRAMES, pixel_format, to_slice
from bleedmap.volumes.dicom.header import TAGS, number, text
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import NoSlice, PixelFormat, SeriesIds, Slice
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.zip_member import InputFile, file_size

DIRECTORY = "1.2.840.10008.1.3.10"
DEFLATED = "1.2.840.10008.1.2.1.99"
PIXEL_DATA = {b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10"}
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_MACROS = (
    *("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "CTReconstructionSequence"),
    *("PixelValueTransformationSequence", "CTImageFrameTypeSequence", "FrameContentSequence"),
    "MRImageFrameTypeSequence",
)
_HEADER = [*TAGS.values(), *(Tag(group) for group in _GROUPS)]
_HEAD_BYTES = 2**16


def read_slices(file: InputFile, kind: ScannerIntensity) -> list[Slice | NoSlice]:
    """Slices of a file, one a frame, by its header alone.

    Args:
        file: what to read.
        kind: ``hu`` for CT, ``mr`` for MR; images of the other are no slices.

    Raises:
        ScanError: ``not-dicom``, ``no-access``, ``unreadable``, or ``dicomdir`` for the index of a disc.
    """
    with named_errors():
        if isinstance(file, Path) and not file.is_file():  # a pipe would be waited for without end
            raise refusal("no-access")
        data, offset = _header(file)
        if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY:
            raise refusal("dicomdir")
        ids = SeriesIds(text(data, "SeriesInstanceUID"), str(data.get("PatientID") or ""))
        if not ids.series or not text(data, "SOPInstanceUID"):
            raise refusal("unreadable")
    try:
        with named_errors():
            return _slices(data, ids, file, offset, kind)
    except ScanError as error:
        return [NoSlice(ids, error)]


def _header(file: InputFile) -> tuple[pydicom.FileDataset, int | None]:
    """What comes before the pixels, and the byte where they start, None where they are not seen."""
    with file.open("rb") as opened:
        head = BytesIO(opened.read(_HEAD_BYTES))  # pydicom seeks a lot, which costs on a file
        if len(head.getbuffer()) == _HEAD_BYTES:
            try:
                data = pydicom.dcmread(head, stop_before_pixels=True, specific_tags=_HEADER)
                offset = _pixel_data(head)
            except InvalidDicomError:
                raise
            except Exception:  # noqa: BLE001  whatever was cut in two is read again as a whole
                offset = None
            if offset is not None:
                return data, offset
            opened.seek(0)
            head = BytesIO(opened.read())
        data = pydicom.dcmread(head, stop_before_pixels=True, specific_tags=_HEADER)
        return data, _pixel_data(head)


def _slices(
    data: pydicom.FileDataset, ids: SeriesIds, file: InputFile, offset: int | None, kind: ScannerIntensity
) -> list[Slice | NoSlice]:
    deflated = data.file_meta.get("TransferSyntaxUID") == DEFLATED
    pixels = pixel_format(data, None if deflated else offset)
    frames = _frames(data) if text(data, "SOPClassUID") in KINDS[kind].enhanced else [data]
    found = [to_slice(frame, ids, file, index, pixels, kind) for index, frame in enumerate(frames)]
    if pixels is None or deflated or not _ends_early(file, pixels):
        return found
    return [NoSlice(ids, refusal("truncated")) if isinstance(each, Slice) else each for each in found]


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn whatever a broken file makes pydicom raise into one sentence, and keep tag values out of warnings."""
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            yield
        except ScanError:
            raise
        except (InvalidDicomError, IsADirectoryError):
            raise refusal("not-dicom") from None
        except (PermissionError, FileNotFoundError):
            raise refusal("no-access") from None
        except EOFError:
            raise refusal("truncated") from None
        except Exception:  # noqa: BLE001  pydicom raises almost anything on a damaged file, quoting tag values
            raise refusal("unreadable") from None


def _pixel_data(opened: BytesIO) -> int | None:
    """Where the pixel data element starts, if the header ends with one."""
    offset = opened.tell()
    return offset if opened.read(4) in PIXEL_DATA else None


def _ends_early(file: InputFile, pixels: PixelFormat) -> bool:
    if pixels.offset is None:
        return True
    size = file_size(file) or 0
    return size - pixels.offset < (pixels.bytes if not pixels.transfer_syntax.is_compressed else 1)


def _frames(data: pydicom.FileDataset) -> Iterator[Dataset]:
    """Header of each frame of an enhanced file, as if it were a file of its own."""
    shared, frames = (data.get(group) or () for group in _GROUPS)
    if not 0 < len(frames) <= MOST_FRAMES or len(frames) != number(data, "NumberOfFrames"):
        raise refusal("unreadable")
    general = {tag: data.get_item(tag) for tag in TAGS.values() if tag in data}
    for own in frames:
        frame = Dataset()
        frame.update(general)
        for groups in (*shared, own):
            for macro in _MACROS:
                frame.update((groups.get(macro) or [Dataset()])[0])
        for tag, name in (("ImageType", "FrameType"), ("AcquisitionNumber", "FrameAcquisitionNumber")):
            if name in frame:
                setattr(frame, tag, frame[name].value)
        yield frame
