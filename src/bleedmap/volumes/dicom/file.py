"""One DICOM file: the slices in it, and a name for whatever is wrong with it."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import Tag

from bleedmap.errors import BleedmapError, ScanError
from bleedmap.volumes.budget import require_room
from bleedmap.volumes.dicom.from_header import KINDS, MOST_FRAMES, pixel_format, to_slice
from bleedmap.volumes.dicom.header import TAGS, number, text
from bleedmap.volumes.dicom.inflate import COPIES, inflated
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import NoSlice, PixelFormat, SeriesIds, Slice
from bleedmap.volumes.intensity import ScannerIntensity
from bleedmap.volumes.zip_member import InputFile, file_size, open_input

DIRECTORY = "1.2.840.10008.1.3.10"
PIXEL_DATA = {b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10"}
_GROUPS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_MACROS = (
    *("PlanePositionSequence", "PlaneOrientationSequence", "PixelMeasuresSequence", "CTReconstructionSequence"),
    *("PixelValueTransformationSequence", "CTImageFrameTypeSequence", "FrameContentSequence"),
    *("MRImageFrameTypeSequence", "MREchoSequence", "MRDiffusionSequence"),
)
_HEADER = [*TAGS.values(), *(Tag(group) for group in _GROUPS)]
_HEAD_BYTES = 2**16


def read_slices(file: InputFile, kind: ScannerIntensity) -> list[Slice | NoSlice]:
    """Slices of a file, one a frame, by its header alone.

    Args:
        file: what to read.
        kind: ``hu`` for CT, ``mr`` for MR; images of the other are no slices.

    Raises:
        ScanError: ``not-dicom``, ``no-access``, ``unreadable``, ``too-large``, or ``dicomdir`` for the index of a disc.
        ReadError: the file cannot be read now.
    """
    with named_errors():
        require_room([file_size(file) or 0], COPIES)
        data, offset, size = _header(file)
        if str(data.file_meta.get("MediaStorageSOPClassUID", "")) == DIRECTORY:
            raise refusal("dicomdir")
        ids = SeriesIds(text(data, "SeriesInstanceUID"), str(data.get("PatientID") or ""))
        if not ids.series or not text(data, "SOPInstanceUID"):
            raise refusal("unreadable")
    try:
        with named_errors():
            return _slices(data, ids, file, offset, size, kind)
    except ScanError as error:
        return [NoSlice(ids, error)]


def _header(file: InputFile) -> tuple[pydicom.FileDataset, int | None, int]:
    """What comes before the pixels; the byte where they start, None where they are not seen; bytes of the file.

    Bytes are those of the file as it is once inflated.
    """
    with open_input(file) as packed:
        opened = inflated(packed)
        size = (file_size(file) or 0) if opened is packed else opened.seek(0, io.SEEK_END)
        opened.seek(0)
        head = io.BytesIO(opened.read(_HEAD_BYTES))  # pydicom seeks a lot, which costs on a file
        if len(head.getbuffer()) == _HEAD_BYTES:
            try:
                data = pydicom.dcmread(head, stop_before_pixels=True, specific_tags=_HEADER)
                offset = _pixel_data(head)
            except InvalidDicomError:
                raise
            except Exception:  # noqa: BLE001  whatever was cut in two is read again as a whole
                offset = None
            if offset is not None:
                return data, offset, size
            opened.seek(0)
            head = io.BytesIO(opened.read())
        data = pydicom.dcmread(head, stop_before_pixels=True, specific_tags=_HEADER)
        return data, _pixel_data(head), size


def _slices(
    data: pydicom.FileDataset, ids: SeriesIds, file: InputFile, offset: int | None, size: int, kind: ScannerIntensity
) -> list[Slice | NoSlice]:
    pixels = pixel_format(data, offset)
    frames = _frames(data) if text(data, "SOPClassUID") in KINDS[kind].enhanced else [data]
    found = [to_slice(frame, ids, file, index, pixels, kind) for index, frame in enumerate(frames)]
    if pixels is None or not _ends_early(size, pixels):
        return found
    return [NoSlice(ids, refusal("truncated")) if isinstance(each, Slice) else each for each in found]


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn whatever a broken file makes pydicom raise into one sentence, and keep tag values out of warnings."""
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        try:
            yield
        except BleedmapError:
            raise
        except InvalidDicomError:
            raise refusal("not-dicom") from None
        except EOFError:
            raise refusal("truncated") from None
        except Exception:  # noqa: BLE001  pydicom raises almost anything on a damaged file, quoting tag values
            raise refusal("unreadable") from None


def _pixel_data(opened: io.BytesIO) -> int | None:
    """Where the pixel data element starts, if the header ends with one."""
    offset = opened.tell()
    return offset if opened.read(4) in PIXEL_DATA else None


def _ends_early(size: int, pixels: PixelFormat) -> bool:
    if pixels.offset is None:
        return True
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
