"""What compressed pixels claim of themselves, held against the header before a decoder makes room for them."""

import struct
from collections.abc import Iterator

from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000TransferSyntaxes, JPEGLSTransferSyntaxes, JPEGTransferSyntaxes, RLELossless

from bleedmap.volumes.budget import require_room
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import PixelFormat

Claim = tuple[int, int, int]  # rows, columns, samples of a pixel

_CODESTREAM, _SIZE = b"\xff\x4f\xff\x51", struct.Struct(">2x2x4I16xH")
_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_RUN = 64  # bytes that a byte of run-length code can stand for
_HIGH_THROUGHPUT = {f"1.2.840.10008.1.2.4.20{number}" for number in (1, 2, 3)}
_WAVELETS = {*JPEG2000TransferSyntaxes, *_HIGH_THROUGHPUT}
_JPEGS = {*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes}


def check_claims(value: bytes, pixels: PixelFormat) -> None:
    """Refuse compressed frames that would unpack to something else than the header says.

    Args:
        value: encapsulated pixel data.
        pixels: how they are stored, as the header says.

    Raises:
        ScanError: ``unreadable`` where a frame is of another size, ``too-large``.
    """
    for frame in generate_frames(value, number_of_frames=pixels.frames):
        if pixels.transfer_syntax == RLELossless:
            require_room([len(frame)], _RUN)
        elif pixels.transfer_syntax in _WAVELETS:
            _require(set(_of_codestreams(frame)), pixels)
        elif pixels.transfer_syntax in _JPEGS:
            _require(set(_of_jpeg(frame)), pixels)


def _require(claims: set[Claim], pixels: PixelFormat) -> None:
    if claims - {(pixels.rows, pixels.columns, 1)}:
        raise refusal("unreadable")


def _of_codestreams(frame: bytes) -> Iterator[Claim]:
    """Of every JPEG 2000 codestream in a frame, which may have a file's boxes around it."""
    place = frame.find(_CODESTREAM)
    while place >= 0:
        right, bottom, left, top, samples = _SIZE.unpack_from(frame, place + len(_CODESTREAM))
        yield bottom - top, right - left, samples
        place = frame.find(_CODESTREAM, place + 1)


def _of_jpeg(frame: bytes) -> Iterator[Claim]:
    """Of every frame header before the first scan of a JPEG."""
    place = 2
    while frame[place : place + 1] == b"\xff":
        marker = frame[place + 1]
        if marker == 0xFF or marker in _BARE:
            place += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:
            return
        (length,) = struct.unpack_from(">H", frame, place + 2)
        if marker in _FRAME_HEADERS:
            rows, columns, samples = struct.unpack_from(">HHB", frame, place + 5)
            yield rows, columns, samples
        place += 2 + length
