"""Series with several oddities at once, and the HU and flags that a right reader finds in them."""

from dataclasses import dataclass, field, replace

import numpy as np
import pydicom
from hypothesis import strategies as st
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from .conftest import CT_IMAGE, ENHANCED_CT, empty_file, group, pixel_tags

SIZE = 32
CORNER = np.array([-50.0, -60.0])
ROW_MM, COLUMN_MM = 0.6, 0.5
JPEG = (JPEGLSLossless, JPEG2000Lossless)
PADDED_HU = 30
SYNTAXES = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "big": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "run lengths": RLELossless,
    "jpeg-ls": JPEGLSLossless,
    "jpeg 2000": JPEG2000Lossless,
    "explicit that says implicit": ExplicitVRLittleEndian,
    "implicit that says explicit": ImplicitVRLittleEndian,
}
NATIVE = ("implicit", "explicit", "big", "explicit that says implicit", "implicit that says explicit")


@dataclass(frozen=True)
class Recipe:
    """What is odd about a series.

    Args:
        bits: stored, 12, 13 or 16.
        signed: pixels.
        slopes: of the slices in turn.
        wrapped: 12-bit numbers whose sign got lost.
        high: bits between the lowest bit of the pixel and that of the word.
        overlay: bits of the word beside the pixel are set along a line.
        syntax: one of ``SYNTAXES``.
        padding: none, ``air`` (below -1024 HU) or ``tissue`` (a value that brain has too), in the corners.
        tilt: degrees.
        turned: signs of (columns, rows) of the stored pictures.
        second: another stack: none, ``kernel``, ``repeat``, ``thickness`` or ``unnamed``.
        numbers: of the instances: ``up``, ``down`` or none.
        thickness: ``right``, ``wrong`` or none.
        damage: none, ``cut`` or ``longer``, of one file.
        extra: a ``copy`` of a slice, a ``scout``, or none.
        missing: a slice is.
        frames: slices are frames of one enhanced file.
        intercept: is told.
        seed: of HU and the order of the files.
    """

    bits: int
    signed: bool
    slopes: tuple[float, ...]
    wrapped: bool
    high: int
    overlay: bool
    syntax: str
    padding: str
    tilt: float
    turned: tuple[int, int]
    second: str
    numbers: str
    thickness: str
    damage: str
    extra: str
    missing: bool
    frames: bool
    intercept: bool
    seed: int


@dataclass
class Expected:
    """What a right reader finds: stacks of slices from foot to head, flags, codes of refusals."""

    hu: list[np.ndarray] = field(default_factory=list)
    heights: list[np.ndarray] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)


def rarely(value, *others):
    """A strategy that gives its first value half of the time, so that a series has a few oddities, not all."""
    return st.one_of(st.just(value), st.sampled_from([value, *others]))


@st.composite
def recipes(draw):
    signed, wrapped = draw(st.booleans()), draw(rarely(False, True))
    frames, syntax = draw(rarely(False, True)), draw(st.sampled_from(sorted(SYNTAXES)))
    signed &= not wrapped
    slopes = draw(st.sampled_from([(1.0,), (2.0,), (0.5,), (1.0, 2.0), (2.0, 0.5, 1.0)]))
    bits = 12 if wrapped else draw(st.sampled_from([12, 13, 16] if min(slopes) == 1 else [13, 16]))
    words = bits < 16 and SYNTAXES[syntax] not in (*JPEG, RLELossless)
    second = "" if frames else draw(rarely("", "kernel", "repeat", "thickness", "unnamed"))
    return Recipe(
        bits=bits,
        signed=signed,
        slopes=(1.0,) if wrapped or frames else slopes,
        wrapped=wrapped,
        high=draw(rarely(0, 1, 16 - bits)) if words else 0,
        overlay=words and draw(st.booleans()),
        syntax=syntax,
        padding="" if wrapped else draw(rarely("", "air", "tissue")),
        tilt=draw(rarely(0.0, 17.5)),
        turned=draw(st.sampled_from([(1, 1), (-1, 1), (1, -1), (-1, -1)])),
        second=second,
        numbers="" if second == "unnamed" else draw(st.sampled_from(["up", "down", ""])),
        thickness="right" if second == "thickness" else draw(rarely("right", "wrong", "")),
        damage="" if frames or syntax not in NATIVE else draw(rarely("", "cut", "longer")),
        extra="" if frames else draw(rarely("", "copy", "scout")),
        missing=draw(rarely(False, True)),
        frames=frames,
        intercept=draw(st.sampled_from([True] * 9 + [False])),
        seed=draw(st.integers(0, 10**6)),
    )


def head(slices, rng):
    """(slices, SIZE, SIZE) even HU of brain in bone in air; no two slices alike."""
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    radius = np.hypot(y, x * 1.1)
    brain = rng.integers(10, 30, (slices, SIZE, SIZE)) * 2
    bone = rng.integers(300, 700, (slices, SIZE, SIZE)) * 2
    return np.where(radius < 10, brain, np.where(radius < 13, bone, -990)).astype(np.int64)


def corners():
    y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    return np.hypot(y, x) > SIZE * 0.55


def write(recipe, folder):
    """Write a series of a recipe. Returns its files, in any order, and what is in them."""
    rng = np.random.default_rng(recipe.seed)
    folder.mkdir(parents=True, exist_ok=True)
    found, files, number = Expected(), [], 1
    if recipe.frames:
        hu, heights = _stack(recipe, np.arange(7) * 5.0, rng, found)
        files = [_enhanced(recipe, folder / "all.dcm", hu, heights, rng)]
    else:
        for planned, tags in _stacks(recipe):
            hu, heights = _stack(recipe, planned, rng, found)
            files += _single(recipe, folder, hu, heights, tags, number)
            number += len(hu)
        _damage(recipe, files, found)
        files += _extra(recipe, files, found)
    _tell(recipe, found)
    return [files[index] for index in rng.permutation(len(files))], found


def _stacks(recipe):
    """Heights of each stack, and what its slices have in common."""
    even = np.arange(7) * 5.0
    thick = {"right": 5.0, "wrong": 1.0, "": None}[recipe.thickness]
    one = {"SliceThickness": thick, "SpacingBetweenSlices": -5.0}
    if not recipe.second:
        return [(even, one)]
    first, heights, second = {
        "kernel": ({"ConvolutionKernel": "H31s"}, even + 2.5, {"ConvolutionKernel": "H60s"}),
        "repeat": ({"AcquisitionNumber": 1}, even + 2.2, {"AcquisitionNumber": 2}),
        "thickness": ({}, 0.6 + np.arange(20) * 1.25, {"SliceThickness": 1.25}),
        "unnamed": ({}, even + 2.2, {}),
    }[recipe.second]
    return [(even, one | first), (heights, one | second)]


def _stack(recipe, heights, rng, found):
    """HU of one stack and its heights; one slice left out where it is missing."""
    hu = head(len(heights), rng)
    if recipe.missing:
        hu, heights = np.delete(hu, 3, axis=0), np.delete(heights, 3)
    if recipe.padding == "tissue":
        hu[:, 15:17, 15:17] = PADDED_HU
    right = hu.copy()
    if recipe.padding:
        right[:, corners()] = -1024
    found.hu.append(right)
    found.heights.append(heights)
    return hu, heights


def _rescale(recipe, index):
    """Slope and intercept of a slice."""
    slope = recipe.slopes[index % len(recipe.slopes)]
    return slope, 0.0 if recipe.signed or recipe.wrapped else (-1024.0, -1000.0)[index % 2]


def _words(recipe, plane, index):
    """(rows, columns) words of a slice as stored, and what padding is stored as."""
    slope, intercept = _rescale(recipe, index)
    numbers = np.rint((plane - intercept) / slope).astype(np.int64)
    lowest = -(2 ** (recipe.bits - 1)) if recipe.signed else 0
    padding = {"": None, "air": lowest, "tissue": int((PADDED_HU - intercept) / slope)}[recipe.padding]
    if padding is not None:
        numbers[corners()] = padding
    columns, rows = recipe.turned
    field_bits = 2**recipe.bits - 1
    if SYNTAXES[recipe.syntax] in (*JPEG, RLELossless):  # encoders take numbers, not words
        return (numbers & (2**16 - 1 if recipe.signed else field_bits))[::rows, ::columns], padding
    words = (numbers & field_bits) << recipe.high
    if recipe.overlay:
        words[12, 4:20] |= (2**16 - 1) & ~(field_bits << recipe.high)
    return words[::rows, ::columns], padding


def _place(recipe, height):
    """ImagePositionPatient and ImageOrientationPatient of a slice."""
    angle = np.radians(recipe.tilt)
    down, along = np.array([0, np.cos(angle), -np.sin(angle)]), np.array([1.0, 0, 0])
    columns, rows = recipe.turned
    position = np.array([*CORNER, height])
    position = position + (rows < 0) * (SIZE - 1) * ROW_MM * down + (columns < 0) * (SIZE - 1) * COLUMN_MM * along
    return [*map(float, position)], [*map(float, columns * along), *map(float, rows * down)]


def _single(recipe, folder, hu, heights, tags, first):
    files = []
    for index, (plane, height) in enumerate(zip(hu, heights, strict=True)):
        words, padding = _words(recipe, plane, index)
        slope, intercept = _rescale(recipe, index)
        position, orientation = _place(recipe, height)
        number = first + index
        data = empty_file(folder / f"{number}.dcm", CT_IMAGE, f"1.2.3.{number}")
        values = {
            "InstanceNumber": {"up": number, "down": 1000 - number, "": None}[recipe.numbers],
            "ImagePositionPatient": position,
            "ImageOrientationPatient": orientation,
            "PixelSpacing": [ROW_MM, COLUMN_MM],
            "RescaleSlope": slope,
            "RescaleIntercept": intercept if recipe.intercept else None,
            **tags,
        }
        files.append(_save(recipe, data, folder / f"{number}.dcm", values, words[None], padding))
    return files


def _enhanced(recipe, path, hu, heights, rng):
    order = rng.permutation(len(hu))
    pairs = [_words(recipe, hu[index], 0) for index in order]
    slope, intercept = _rescale(recipe, 0)
    rescale = {"RescaleSlope": slope, "RescaleType": "HU", "RescaleIntercept": intercept}
    if not recipe.intercept:
        del rescale["RescaleIntercept"]
    shared = group(
        PixelMeasuresSequence={"PixelSpacing": [ROW_MM, COLUMN_MM]},
        PixelValueTransformationSequence=rescale,
        PlaneOrientationSequence={"ImageOrientationPatient": _place(recipe, 0)[1]},
    )
    frames = [
        group(PlanePositionSequence={"ImagePositionPatient": _place(recipe, heights[index])[0]}) for index in order
    ]
    values = {
        "NumberOfFrames": len(hu),
        "SharedFunctionalGroupsSequence": Sequence([shared]),
        "PerFrameFunctionalGroupsSequence": Sequence(frames),
    }
    data = empty_file(path, ENHANCED_CT, "1.2.3.1")
    return _save(recipe, data, path, values, np.stack([words for words, _ in pairs]), pairs[0][1])


def _save(recipe, data, path, values, words, padding):
    syntax = SYNTAXES[recipe.syntax]
    layout = pixel_tags((SIZE, SIZE), signed=recipe.signed, bits=recipe.bits)
    layout["HighBit"] = recipe.bits - 1 + recipe.high
    general = {"SeriesInstanceUID": "1.2.3", "PatientID": "secret-patient", "Modality": "CT", "ImageType": "AXIAL"}
    for name, value in {**general, **layout, **values, "PixelPaddingValue": padding}.items():
        if value is not None:
            setattr(data, name, value)
    data.PixelData = words.astype(">u2" if syntax == ExplicitVRBigEndian else "<u2").tobytes()
    data["PixelData"].VR = "OW"
    if syntax in (*JPEG, RLELossless):
        data.compress(syntax)
        data.save_as(path, enforce_file_format=True)
        return path
    data.file_meta.TransferSyntaxUID = syntax
    implicit, little = syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian
    pydicom.dcmwrite(path, data, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    if "says" in recipe.syntax:
        rename(path, ExplicitVRLittleEndian if implicit else ImplicitVRLittleEndian)
    return path


def rename(path, uid):
    """Write another transfer syntax into the file header alone."""
    data = path.read_bytes()
    start = data.index(b"\x02\x00\x10\x00UI") + 6
    end = start + 2 + int.from_bytes(data[start : start + 2], "little")
    value = uid.encode() + b"\0" * (len(uid) % 2)
    path.write_bytes(data[:start] + len(value).to_bytes(2, "little") + value + data[end:])


def _damage(recipe, files, found):
    """Cut the second file short, or let its pixels be followed by a word more."""
    path = files[1]
    data = path.read_bytes()
    if recipe.damage == "cut":
        path.write_bytes(data[:-40])
        found.hu[0], found.heights[0] = np.delete(found.hu[0], 1, axis=0), np.delete(found.heights[0], 1)
        found.flags.add("unreadable-slices")
        found.codes.add("truncated")
    elif recipe.damage == "longer":
        pixels = data.index(b"\x7f\xe0\x00\x10" if recipe.syntax == "big" else b"\xe0\x7f\x10\x00")
        start = pixels + (4 if SYNTAXES[recipe.syntax] == ImplicitVRLittleEndian else 8)
        order = "big" if recipe.syntax == "big" else "little"
        length = int.from_bytes(data[start : start + 4], order) + 2
        path.write_bytes(data[:start] + length.to_bytes(4, order) + data[start + 4 :] + b"\x11\x11")
        found.flags.add("longer-pixels")


def _extra(recipe, files, found):
    """A copy of a slice, or a scout."""
    if not recipe.extra:
        return []
    path = files[-1].with_name(f"{recipe.extra}.dcm")
    if recipe.extra == "copy":
        found.flags.add("copies-dropped")
        path.write_bytes(files[-1].read_bytes())
        return [path]
    found.flags.add("scouts-dropped")
    values = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "InstanceNumber": 1}
    words = np.zeros((1, SIZE, SIZE), dtype=np.int64)
    return [_save(replace(recipe, syntax="explicit"), empty_file(path, CT_IMAGE, "1.2.4"), path, values, words, None)]


def _tell(recipe, found):
    """Flags and refusals of the whole series."""
    flags = {
        "wrapped-12-bit": recipe.wrapped,
        "pixel-bits": recipe.overlay or recipe.high > 0,
        "padding-inside": recipe.padding == "tissue",
        "tilted": recipe.tilt > 0,
    }
    found.flags |= {flag for flag, is_so in flags.items() if is_so}
    if not recipe.intercept:
        found.codes = {"no-rescale"}
    elif recipe.second == "unnamed":
        found.codes.add("interleaved-stacks")
