"""The pixel data element of a file: its own bytes tell how it is written and how long it is, not the file header."""

from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydicom.filereader import data_element_generator

from bleedmap.volumes.dicom.inflate import inflated
from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import PixelFormat
from bleedmap.volumes.zip_member import InputFile, open_input

UNDEFINED = 0xFFFFFFFF
VRS = (b"OB\0\0", b"OW\0\0", b"UN\0\0")
"""What stands before the length where the element says its VR; as a length it would be odd, which none is."""


def encapsulated(file: InputFile, pixels: PixelFormat) -> bytes:
    """The items of compressed pixels.

    Raises:
        ScanError: ``unreadable`` where they are not in items, ``truncated`` where there are none.
    """
    with open_input(file) as packed:
        opened = inflated(packed)
        start, length, vr = _start(opened, pixels)
        if length != UNDEFINED:
            raise refusal("unreadable")
        opened.seek(start)
        found = data_element_generator(opened, not vr, pixels.little)
        value = next(found).value
    if not value:
        raise refusal("truncated")
    return bytes(value)


def native_words(file: InputFile, pixels: PixelFormat) -> tuple[NDArray[np.unsignedinteger[Any]], bool]:
    """Words of pixels that are not compressed.

    Returns:
        (frames, rows, columns) uint8 or uint16, and whether less than a row comes after them.

    Raises:
        ScanError: ``truncated``, ``unreadable`` where they are in items, ``pixel-length`` where a row or more comes
            after them, so that it is not known which words are the pixels.
    """
    value, length, vr = _plain(file, pixels)
    if length == UNDEFINED:
        raise refusal("unreadable")
    if len(value) < pixels.bytes:
        raise refusal("truncated")
    surplus = length - pixels.bytes
    if surplus > 1 and surplus >= pixels.bytes // (pixels.frames * pixels.rows):
        raise refusal("pixel-length")
    size = pixels.word.allocated // 8
    if size == 1 and vr == "OW" and not pixels.little:  # two pixels a word of 16 bits (PS3.5, annex D)
        value = np.frombuffer(value, "u2", count=len(value) // 2).byteswap().tobytes()
    words = np.frombuffer(value, f"{'<' if pixels.little else '>'}u{size}", count=pixels.bytes // size)
    return words.reshape(pixels.frames, pixels.rows, pixels.columns), surplus > pixels.bytes % 2


def _start(opened: IO[bytes], pixels: PixelFormat) -> tuple[int, int, str]:
    """Byte where the element starts, length of its value, and its VR, empty where it does not say it.

    The file is left where the value starts.
    """
    if pixels.offset is None:
        raise refusal("truncated")
    start = pixels.offset
    opened.seek(start)
    head = opened.read(8)
    vr = head[4:6].decode() if head[4:] in VRS else ""
    length = opened.read(4) if vr else head[4:]
    return start, int.from_bytes(length, "little" if pixels.little else "big"), vr


def _plain(file: InputFile, pixels: PixelFormat) -> tuple[bytes, int, str]:
    with open_input(file) as packed:
        opened = inflated(packed)
        _, length, vr = _start(opened, pixels)
        return opened.read(min(length, pixels.bytes + pixels.bytes % 2)), length, vr
