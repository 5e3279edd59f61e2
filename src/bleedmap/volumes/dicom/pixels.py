"""Pixels of DICOM slices as HU or MR signal, every file decoded once however many frames it has."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.filereader import data_element_generator
from pydicom.pixels import get_decoder

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.claims import check_claims
from bleedmap.volumes.dicom.file import named_errors
from bleedmap.volumes.dicom.inflate import inflated
from bleedmap.volumes.dicom.refusals import PLUGINS, not_decoded, refusal
from bleedmap.volumes.dicom.rescale import to_values, was_wrapped
from bleedmap.volumes.dicom.slice import PixelFormat, Slice
from bleedmap.volumes.zip_member import InputFile, open_input


def read_pixels(
    slices: Sequence[Slice],
) -> Iterator[tuple[int, NDArray[np.int16] | NDArray[np.float32] | ScanError, bool]]:
    """Pixels of slices, file by file.

    Yields:
        The index of a slice in ``slices``; its (rows, columns) values as ``to_values`` gives them, in the order of the
        file, or why it cannot be read (``truncated``, ``unreadable``, ``compressed``); and whether a 12-bit overflow
        was undone.
    """
    files: dict[InputFile, list[int]] = {}
    for index, each in enumerate(slices):
        files.setdefault(each.file, []).append(index)
    for indices in files.values():
        wanted = sorted(indices, key=lambda index: slices[index].frame)
        done = 0
        try:
            frames = _frames(slices[wanted[0]], [slices[index].frame for index in wanted])
            for index, frame in zip(wanted, frames, strict=True):
                rescale = slices[index].rescale
                yield index, to_values(frame, rescale), was_wrapped(frame, rescale)
                done += 1
        except ScanError as error:
            yield from ((index, error, False) for index in wanted[done:])


def _frames(first: Slice, frames: Sequence[int]) -> Iterator[NDArray[np.uint16]]:
    """(rows, columns) of the sixteen bits of every pixel, for some frames of a file, in ascending order."""
    pixels = first.pixels
    with named_errors():
        value = _pixel_data(first.file, pixels)
        if pixels.transfer_syntax.is_compressed:
            yield from _decoded(value, pixels, frames)
        elif len(value) < pixels.bytes:
            raise refusal("truncated")
        else:
            whole = np.frombuffer(value, _dtype(pixels), count=pixels.bytes * 8 // pixels.allocated)
            for frame in frames:
                yield _patterns(whole.reshape(pixels.frames, pixels.rows, pixels.columns)[frame])


def _pixel_data(file: InputFile, pixels: PixelFormat) -> bytes:
    if pixels.offset is None:
        raise refusal("truncated")
    with open_input(file) as packed:
        opened = inflated(packed)
        opened.seek(pixels.offset)
        elements: Iterator[Any] = data_element_generator(opened, pixels.implicit, pixels.little)
        value = next(elements).value
    if not value:
        raise refusal("truncated")
    return bytes(value)


def _decoded(value: bytes, pixels: PixelFormat, frames: Sequence[int]) -> Iterator[NDArray[np.uint16]]:
    check_claims(value, pixels)
    try:
        decoder = get_decoder(pixels.transfer_syntax)
        found = decoder.iter_array(
            value,
            indices=frames,
            raw=True,
            rows=pixels.rows,
            columns=pixels.columns,
            number_of_frames=pixels.frames,
            samples_per_pixel=1,
            photometric_interpretation="MONOCHROME2",
            bits_allocated=pixels.allocated,
            bits_stored=pixels.stored,
            pixel_representation=int(pixels.signed),
            pixel_keyword="PixelData",
        )
        for frame, _ in found:
            if frame.shape != (pixels.rows, pixels.columns) or frame.dtype.itemsize > 2:
                raise refusal("unreadable")
            yield _patterns(frame)
    except (RuntimeError, NotImplementedError):
        if _is_decodable(pixels.transfer_syntax):
            raise
        raise not_decoded(pixels.transfer_syntax) from None


def _is_decodable(transfer_syntax: str) -> bool:
    """Whether the decoders for a compression are installed, so that a failure is the file's fault."""
    if transfer_syntax == pydicom.uid.RLELossless:
        return True
    modules = {"pyjpegls": "jpeg_ls", "pylibjpeg": "pylibjpeg"} | {
        f"pylibjpeg-{name}": name for name in ("libjpeg", "openjpeg")
    }
    packages = PLUGINS.get(transfer_syntax, "").split()
    return bool(packages) and all(find_spec(modules[package]) is not None for package in packages)


def _dtype(pixels: PixelFormat) -> np.dtype[Any]:
    kind = "i" if pixels.signed else "u"
    return np.dtype(f"{'<' if pixels.little else '>'}{kind}{pixels.allocated // 8}")


def _patterns(frame: NDArray[Any]) -> NDArray[np.uint16]:
    wide = np.int16 if frame.dtype.kind == "i" else np.uint16
    return np.ascontiguousarray(frame, dtype=wide).view(np.uint16)
