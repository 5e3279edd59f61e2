"""How many pixels run-length code holds, which a decoder that stops where the header says does not tell."""

import struct
from itertools import pairwise

from pydicom.encaps import generate_frames

from bleedmap.volumes.dicom.refusals import refusal
from bleedmap.volumes.dicom.slice import PixelFormat

_HEADER = struct.Struct("<16I")
_NOTHING = 128  # below: bytes as they are; above: one byte over and over


def has_surplus(value: bytes, pixels: PixelFormat) -> bool:
    """Whether less than a row comes after the pixels of a frame.

    Args:
        value: encapsulated run-length code (DICOM PS3.5, annex G).
        pixels: how they are stored, as the header says.

    Raises:
        ScanError: ``pixel-length`` where a row or more does, so that it is not known which values are the pixels.
    """
    frames = generate_frames(value, number_of_frames=pixels.frames)
    surplus = max(max(_lengths(frame)) for frame in frames) - pixels.rows * pixels.columns
    if surplus >= pixels.columns:
        raise refusal("pixel-length")
    return surplus > 0


def _lengths(frame: bytes) -> list[int]:
    """Bytes that each segment of a frame unpacks to."""
    count, *starts = _HEADER.unpack_from(frame)
    edges = [*starts[:count], len(frame)]
    return [_length(frame[start:end]) for start, end in pairwise(edges)]


def _length(segment: bytes) -> int:
    found = place = 0
    while place < len(segment):
        control = segment[place]
        if control < _NOTHING:
            found += min(control + 1, len(segment) - place - 1)
            place += control + 2
        else:
            found += 257 - control if control > _NOTHING else 0
            place += 2 if control > _NOTHING else 1
    return found
