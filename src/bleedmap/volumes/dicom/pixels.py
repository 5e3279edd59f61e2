"""Pixels of DICOM slices as HU or MR signal, every file decoded once however many frames it has."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.uid import RLELossless

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.claims import check_claims
from bleedmap.volumes.dicom.element import encapsulated, native_words
from bleedmap.volumes.dicom.file import named_errors
from bleedmap.volumes.dicom.refusals import PLUGINS, not_decoded, refusal
from bleedmap.volumes.dicom.rescale import to_values
from bleedmap.volumes.dicom.run_length import has_surplus
from bleedmap.volumes.dicom.slice import PixelFormat, Slice
from bleedmap.volumes.zip_member import InputFile

LONGER = {False: frozenset[str](), True: frozenset({"longer-pixels"})}


def read_pixels(
    slices: Sequence[Slice],
) -> Iterator[tuple[int, NDArray[np.int16] | NDArray[np.float32] | ScanError, frozenset[str]]]:
    """Pixels of slices, file by file.

    Yields:
        The index of a slice in ``slices``; its (rows, columns) values as ``to_values`` gives them, in the order of the
        file, or why it cannot be read (``truncated``, ``pixel-length``, ``unreadable``, ``compressed``); and the flags
        of ``to_values``, or ``longer-pixels`` where less than a row comes after the pixels.
    """
    files: dict[InputFile, list[int]] = {}
    for index, each in enumerate(slices):
        files.setdefault(each.file, []).append(index)
    for indices in files.values():
        wanted = sorted(indices, key=lambda index: slices[index].frame)
        done = 0
        try:
            frames = _frames(slices[wanted[0]], [slices[index].frame for index in wanted])
            for index, (frame, told) in zip(wanted, frames, strict=True):
                values, flags = to_values(frame, slices[index].rescale)
                yield index, values, flags | told
                done += 1
        except ScanError as error:
            yield from ((index, error, frozenset()) for index in wanted[done:])


def _frames(first: Slice, frames: Sequence[int]) -> Iterator[tuple[NDArray[np.uint16], frozenset[str]]]:
    """(rows, columns) words of some frames of a file, in ascending order, and what to tell of the pixel element."""
    pixels = first.pixels
    with named_errors():
        if pixels.transfer_syntax.is_compressed:
            value = encapsulated(first.file, pixels)
            is_longer = pixels.transfer_syntax == RLELossless and has_surplus(value, pixels)
            yield from ((frame, LONGER[is_longer]) for frame in _decoded(value, pixels, frames))
        else:
            whole, is_longer = native_words(first.file, pixels)
            yield from ((whole[frame].astype(np.uint16), LONGER[is_longer]) for frame in frames)


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
            bits_allocated=pixels.word.allocated,
            bits_stored=pixels.word.stored,
            pixel_representation=int(pixels.word.signed),
            pixel_keyword="PixelData",
            correct_unused_bits=False,
        )
        for frame, _ in found:
            if frame.shape != (pixels.rows, pixels.columns) or frame.dtype.itemsize > 2:
                raise refusal("unreadable")
            yield frame.view(f"u{frame.dtype.itemsize}").astype(np.uint16)
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
