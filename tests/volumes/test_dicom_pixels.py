"""Stored pixels become HU."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.hounsfield import is_hu

from .conftest import edit, head_hu, read_one, write_enhanced, write_series


@given(
    slope=st.sampled_from([1.0, 0.5, 2.0, 0.1, 0.24420024]),
    intercept=st.sampled_from([-1024.0, -1000.0, -8192.0, 0.0, 24.0, -1024.5]),
    signed=st.booleans(),
    bits=st.sampled_from([12, 13, 16]),
    seed=st.integers(0, 50),
)
@settings(deadline=None, max_examples=40)
def test_hu_come_out_as_they_went_in(slope, intercept, signed, bits, seed):
    if not signed and intercept > -1000:
        intercept = -1024.0  # unsigned numbers cannot hold air without an offset
    lowest = -(2 ** (bits - 1)) if signed else 0
    highest = lowest + 2**bits - 1
    numbers = np.rint((head_hu(slices=2, seed=seed) - intercept) / slope).clip(lowest, highest)
    hu = np.clip(np.rint(numbers * slope + intercept), -1024, 3071)
    assume(is_hu(hu.astype(np.int16)))  # what a head looks like fits into so many bits
    with tempfile.TemporaryDirectory() as folder:
        kept = {"slope": slope, "intercept": intercept, "signed": signed, "bits": bits}
        files = write_series(Path(folder), numbers * slope + intercept, **kept)
        np.testing.assert_array_equal(read_one(files).volume.hu, hu)


def test_each_slice_is_rescaled_by_its_own_header(tmp_path):
    hu = head_hu() // 2 * 2
    files = [
        write_series(tmp_path / str(index), hu[index : index + 1], heights=[5 * index], first=index + 1, uid="1.2.3",
                     slope=slope, intercept=intercept)[0]
        for index, (slope, intercept) in enumerate([(1, -1024), (2, -1000), (0.5, -8192), (1, -2000)])
    ]  # fmt: skip
    np.testing.assert_array_equal(read_one(files).volume.hu, hu)


def test_wrapped_12_bit_numbers_are_unwrapped_and_told(tmp_path):
    hu = head_hu()
    files = write_series(tmp_path, np.where(hu < 0, hu + 4096, hu), intercept=0.0, bits=12)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ("wrapped-12-bit",)


def test_padding_and_values_below_air_become_air(tmp_path):
    hu = head_hu()
    hu[:, 0], hu[:, 1], hu[0, 11, 9] = -1500, -2000, 700
    volume = read_one(write_series(tmp_path, hu, signed=True, intercept=0.0, PixelPaddingValue=700)).volume
    assert (volume.hu[:, :2] == -1024).all()
    assert volume.hu[0, 11, 9] == -1024


def test_a_range_of_padding_becomes_air(tmp_path):
    hu = head_hu()
    hu[:, 0] = np.arange(1600, 1610)
    tags = {"PixelPaddingValue": 1601, "PixelPaddingRangeLimit": 1605}
    volume = read_one(write_series(tmp_path, hu, signed=True, intercept=0.0, **tags)).volume
    assert volume.hu[0, 0].tolist() == [1600, -1024, -1024, -1024, -1024, -1024, 1606, 1607, 1608, 1609]


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_every_lossless_encoding_gives_the_same(tmp_path, syntax, signed):
    hu = head_hu(rows=64, columns=64)  # JPEG 2000 halves a picture five times
    files = write_series(tmp_path, hu, signed=signed)
    for path in files:
        data = pydicom.dcmread(path)
        if syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian:
            data.compress(syntax)
            data.save_as(path)
        elif syntax == ExplicitVRBigEndian:
            data.PixelData = np.frombuffer(data.PixelData, "<u2").astype(">u2").tobytes()
            data.file_meta.TransferSyntaxUID = syntax
            pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=False, enforce_file_format=True)
        else:
            data.file_meta.TransferSyntaxUID = syntax
            pydicom.dcmwrite(
                path, data, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True, enforce_file_format=True
            )
    np.testing.assert_array_equal(read_one(files).volume.hu, hu)


@pytest.mark.parametrize(
    ("syntax", "package"),
    [
        ("1.2.840.10008.1.2.4.70", "pylibjpeg-libjpeg"),
        ("1.2.840.10008.1.2.4.57", "pylibjpeg-libjpeg"),
    ],
)
def test_a_missing_decoder_is_named(series, syntax, package):
    for path in series:
        data = pydicom.dcmread(path)
        data.file_meta.TransferSyntaxUID = syntax
        data.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8\xff\xd9" * 4])
        data["PixelData"].is_undefined_length = True
        data.save_as(path)
    found, faults = read_study(series)
    assert found == []
    if find_spec("libjpeg") is not None:
        pytest.skip("pylibjpeg-libjpeg is installed on this machine")
    assert {fault.code for fault in faults} == {"compressed"}
    assert package in faults[0].remedy


def test_frames_of_an_enhanced_file_are_slices(tmp_path):
    hu = head_hu()
    heights = [15.0, 0.0, 10.0, 5.0]
    whole = read_one([write_enhanced(tmp_path / "all.dcm", hu, heights=heights)])
    single = read_one(write_series(tmp_path / "single", hu, heights=heights))
    np.testing.assert_array_equal(whole.volume.hu, single.volume.hu)
    np.testing.assert_array_equal(whole.volume.geometry.origins, single.volume.geometry.origins)
    assert whole.volume.slice_keys == ("1.2.3.77.2", "1.2.3.77.4", "1.2.3.77.3", "1.2.3.77.1")
    assert whole.file_names == ("all.dcm",) * 4


def test_compressed_frames_are_read(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", head_hu(), heights=[15, 0, 10, 5])
    data = pydicom.dcmread(path)
    data.compress(RLELossless)
    data.save_as(path)
    np.testing.assert_array_equal(read_one([path]).volume.hu, head_hu()[[1, 3, 2, 0]])


def test_scouts_among_the_frames_are_left_out(tmp_path):
    kinds = ["LOCALIZER", "AXIAL", "AXIAL", "AXIAL"]
    found = read_one([write_enhanced(tmp_path / "all.dcm", head_hu(), heights=[0, 5, 10, 15], frame_types=kinds)])
    np.testing.assert_array_equal(found.volume.hu, head_hu()[1:])
    assert found.volume.flags == ("scouts-dropped",)


def test_an_enhanced_file_cut_short_is_refused(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", head_hu(), heights=[0, 5, 10, 15])
    path.write_bytes(path.read_bytes()[:-20])
    assert [fault.code for fault in read_study([path])[1]] == ["truncated"]


def test_frames_without_a_description_each_are_refused(tmp_path):
    path = write_enhanced(tmp_path / "all.dcm", head_hu(), heights=[0, 5, 10, 15])
    edit(path, NumberOfFrames=3)
    assert [fault.code for fault in read_study([path])[1]] == ["unreadable"]
