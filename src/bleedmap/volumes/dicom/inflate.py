"""Deflated DICOM: what comes behind the file's first group, unpacked as far as the budget of a scan goes."""

import io
import zlib
from typing import IO

from pydicom.filereader import data_element_generator

from bleedmap.volumes.budget import require_room, room_left

DEFLATED, EXPLICIT = b"1.2.840.10008.1.2.1.99", b"1.2.840.10008.1.2.1\0\0\0"
COPIES = 2  # of a file in memory, while its pixels are taken out of it
_PREAMBLE, _META, _PREFIX = 128, 132, b"DICM"
_FIRST_GROUP, _SYNTAX = 0x0002, 0x00020010
_MOST = 2**16  # bytes of a first group


def inflated(opened: IO[bytes]) -> IO[bytes]:
    """A file as it would be had it not been deflated; any other file itself, at its start.

    pydicom unpacks the whole of a deflated file before it looks at it: a few MB become some GB.

    Args:
        opened: at its start.

    Raises:
        ScanError: ``too-large``.
    """
    head = opened.read(_MOST)
    opened.seek(0)
    found = _syntax(head) if head[_PREAMBLE:_META] == _PREFIX and DEFLATED in head else None
    if found is None:
        return opened
    place, end = found
    opened.seek(end)
    content = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = content.decompress(opened.read(), room_left() // COPIES + 1)
    require_room([len(unpacked)], COPIES)
    return io.BytesIO(head[:place] + EXPLICIT + head[place + len(DEFLATED) : end] + unpacked)


def _syntax(head: bytes) -> tuple[int, int] | None:
    """Where the name of the deflated syntax stands in the first group, and where that ends; None for another syntax."""
    group = io.BytesIO(head[_META:])
    place, end = None, 0
    elements = data_element_generator(
        group, is_implicit_VR=False, is_little_endian=True, stop_when=lambda tag, vr, length: tag >> 16 != _FIRST_GROUP
    )
    for element in elements:
        end = group.tell()
        if element.tag == _SYNTAX and element.value == DEFLATED:
            place = end - len(DEFLATED)
    return None if place is None else (_META + place, _META + end)
