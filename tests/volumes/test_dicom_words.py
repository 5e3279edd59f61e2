"""A pixel is the bits that the header names, whatever else its word holds (DICOM PS3.5, section 8.1.1)."""

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from bleedmap.volumes.dicom.study import read_study

from .conftest import edit, head_hu, read_one, write_series


def write_words(folder, numbers, *, stored=12, high=None, signed=False, rest=0, big=False, vr="OW", **tags):
    """Write (slices, rows, columns) numbers as words whose ``stored`` bits end at bit ``high``; ``rest`` is beside."""
    low = (stored - 1 if high is None else high) + 1 - stored
    words = ((numbers & (2**stored - 1)) << low | rest).astype("<u2")
    layout = {"HighBit": stored - 1 if high is None else high, "bits": stored, "signed": signed, **tags}
    layout["BitsStored"] = stored
    files = write_series(folder, numbers.astype(np.int64), **layout)
    for path, plane in zip(files, words, strict=True):
        data = pydicom.dcmread(path)
        data.PixelData = (plane.byteswap() if big else plane).tobytes()
        data["PixelData"].VR = vr
        if big:
            data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=not big, enforce_file_format=True)
    return files


def overlay(shape, bits):
    """A line drawn in other bits of the words."""
    found = np.zeros(shape, dtype=np.int64)
    found[:, 4, 2:8] = bits
    return found


def compress(files, syntax):
    for path in files:
        data = pydicom.dcmread(path)
        data.compress(syntax, encoding_plugin="")
        data.save_as(path)


@pytest.fixture(scope="module")
def hu():
    found = head_hu(rows=32, columns=32)
    found[:, 28:] = -1000
    return found


@pytest.mark.parametrize(("vr", "big"), [("OW", False), ("OB", False), ("OW", True)])
@pytest.mark.parametrize(("signed", "intercept"), [(False, -1024), (True, 0)])
@pytest.mark.parametrize("bits", [0x1000, 0xF000])
def test_an_overlay_above_the_pixel_is_cut_off_and_told(tmp_path, hu, vr, big, signed, intercept, bits):
    rest = overlay(hu.shape, bits)
    files = write_words(tmp_path, hu - intercept, signed=signed, rest=rest, big=big, vr=vr, intercept=intercept)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ("pixel-bits",)


@pytest.mark.parametrize("extended", [False, True])
def test_the_sign_is_that_of_the_highest_stored_bit(tmp_path, hu, extended):
    rest = np.where((hu < 0) & extended, 0xF000, 0)
    volume = read_one(write_words(tmp_path, hu.astype(int), signed=True, rest=rest, intercept=0.0)).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ()


def test_numbers_too_high_for_their_bits_are_told(tmp_path, hu):
    high = hu.astype(int)
    high[1, 20, 20] = 2900  # fits in 12 bits only without a sign
    rest = np.where(hu < 0, 0xF000, 0)
    volume = read_one(write_words(tmp_path, high, signed=True, rest=rest, intercept=0.0)).volume
    assert volume.flags == ("pixel-bits",)


def test_bone_above_the_sign_bit_is_told_where_it_would_be_less_than_air(tmp_path, hu):
    bone = hu.astype(int)
    bone[1, 20, 20] = 1500
    volume = read_one(write_words(tmp_path, bone + 1024, signed=True)).volume
    assert volume.flags == ("pixel-bits",)


@pytest.mark.parametrize(("signed", "intercept"), [(False, -1024), (True, 0)])
@pytest.mark.parametrize("high", [12, 15])
@pytest.mark.parametrize("syntax", [None, RLELossless])
def test_a_pixel_that_does_not_end_at_bit_0_is_shifted_and_told(tmp_path, hu, signed, intercept, high, syntax):
    files = write_words(tmp_path, hu - intercept, high=high, signed=signed, rest=1, intercept=intercept)
    if syntax:
        for path in files:  # as whole words, which is how run lengths are made of them
            edit(path, BitsStored=16, HighBit=15)
        compress(files, syntax)
        for path in files:
            edit(path, BitsStored=12, HighBit=high)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ("pixel-bits",)


@pytest.mark.parametrize("high", [3, 16, 200])
def test_a_high_bit_that_cannot_be_is_ignored_and_told(tmp_path, hu, high):
    files = write_words(tmp_path, hu + 1024)
    for path in files:
        edit(path, HighBit=high)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ("pixel-bits",)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
@pytest.mark.parametrize("stored", [12, 13])
@pytest.mark.parametrize(("signed", "intercept"), [(False, -1024), (True, 0)])
def test_compression_does_not_change_a_value(tmp_path, hu, syntax, stored, signed, intercept):
    rest = np.where((hu < 0) & signed, 2**16 - 2**stored, 0)
    plain = write_words(tmp_path / "a", hu - intercept, stored=stored, signed=signed, rest=rest, intercept=intercept)
    packed = write_words(tmp_path / "b", hu - intercept, stored=stored, signed=signed, rest=rest, intercept=intercept)
    compress(packed, syntax)
    one, other = read_one(plain).volume, read_one(packed).volume
    np.testing.assert_array_equal(one.hu, hu)
    np.testing.assert_array_equal(other.hu, hu)
    assert one.flags == other.flags == ()


@pytest.mark.parametrize("vr", ["OB", "OW"])
@pytest.mark.parametrize("big", [False, True])
def test_pixels_of_a_byte_come_in_their_order(tmp_path, hu, vr, big):
    coarse = hu // 16 * 16
    files = write_series(tmp_path, coarse, slope=16.0, BitsAllocated=8, BitsStored=8, HighBit=7)
    for path, plane in zip(files, ((coarse + 1024) // 16).astype("u1"), strict=True):
        data = pydicom.dcmread(path)
        in_words = big and vr == "OW"  # two pixels a word, whose bytes are swapped
        data.PixelData = plane.reshape(-1, 2)[:, ::-1].tobytes() if in_words else plane.tobytes()
        data["PixelData"].VR = vr
        if big:
            data.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        pydicom.dcmwrite(path, data, implicit_vr=False, little_endian=not big, enforce_file_format=True)
    np.testing.assert_array_equal(read_one(files).volume.hu, coarse)


@pytest.mark.parametrize(("signed", "intercept", "value"), [(True, 0, -2000), (False, -1024, 63536)])
def test_padding_is_that_of_the_pixel_or_of_the_whole_word(tmp_path, hu, signed, intercept, value):
    numbers = hu - intercept
    rest = np.where((numbers < 0) & signed, 0xF000, 0)
    numbers[:, :2], rest[:, :2] = value & 0xFFF, value & 0xF000
    told = value if not signed else (value + 2**15) % 2**16 - 2**15
    tags = {"intercept": intercept, "PixelPaddingValue": told}
    files = write_words(tmp_path, numbers, signed=signed, rest=rest, **tags)
    volume = read_one(files).volume
    assert (volume.hu[:, :2] == -1024).all()
    np.testing.assert_array_equal(volume.hu[:, 2:], hu[:, 2:])


def test_negative_numbers_in_unsigned_words_are_negative_and_told(tmp_path, hu):
    numbers = hu.astype(int)
    numbers[:, :2] = -2000
    files = write_words(tmp_path, numbers & 0xFFFF, stored=16, intercept=0.0)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu[:, 2:], hu[:, 2:])
    assert (volume.hu[:, :2] == -1024).all()
    assert volume.flags == ("wrapped-16-bit",)


def test_words_of_an_mr_are_read_alike(tmp_path):
    signal = np.random.default_rng(0).integers(300, 3000, (4, 12, 10))
    signal[:, :3] = 0
    tags = {"intercept": 0.0, "Modality": "MR", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4", "RescaleSlope": None}
    plain = write_words(tmp_path / "a", signal, **tags)
    drawn = write_words(tmp_path / "b", signal, rest=overlay(signal.shape, 0x1000), **tags)
    (one,), _ = read_study(plain, "mr")
    (other,), _ = read_study(drawn, "mr")
    np.testing.assert_array_equal(other.volume.hu, one.volume.hu)
    assert other.volume.flags == ("pixel-bits",)
