"""The pixel element is read as its own bytes say it is written, whatever the file header says."""

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless

from bleedmap.volumes.dicom.study import read_study

from .conftest import edit, head_hu, read_one, write_series

PIXELS = b"\xe0\x7f\x10\x00"


def rename(path, uid):
    """Write another transfer syntax into the file header alone."""
    data = path.read_bytes()
    start = data.index(b"\x02\x00\x10\x00UI") + 6
    end = start + 2 + int.from_bytes(data[start : start + 2], "little")
    value = uid.encode() + b"\0" * (len(uid) % 2)
    path.write_bytes(data[:start] + len(value).to_bytes(2, "little") + value + data[end:])


def lengthen(path, by):
    """Add bytes to the pixel element of an explicit file, and to its length."""
    data = path.read_bytes()
    start = data.index(PIXELS + b"OW") + 8
    length = int.from_bytes(data[start : start + 4], "little")
    path.write_bytes(data[:start] + (length + by).to_bytes(4, "little") + data[start + 4 :] + b"\x07" * by)


def implicit(path):
    data = pydicom.dcmread(path)
    data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    pydicom.dcmwrite(path, data, implicit_vr=True, little_endian=True)


@pytest.mark.parametrize("size", [(12, 10), (200, 200)])  # below and beyond the bytes that are read as header
@pytest.mark.parametrize("said", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"])
def test_a_file_header_that_says_explicit_for_implicit_or_the_other_way_round_does_not_matter(tmp_path, said, size):
    hu = head_hu(3, *size)
    for path in (files := write_series(tmp_path, hu)):
        if said == "1.2.840.10008.1.2.1":
            implicit(path)
        rename(path, said)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ()


def test_a_file_header_that_says_another_byte_order_is_refused(series):
    for path in series:
        rename(path, "1.2.840.10008.1.2.2")
    found, faults = read_study(series)
    assert found == []
    assert {fault.code for fault in faults} == {"unreadable"}


def test_pixels_in_items_under_a_header_that_says_uncompressed_are_refused(series):
    for path in series:
        data = pydicom.dcmread(path)
        data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.5"
        data.PixelData = encapsulate([bytes(data.PixelData)])
        data["PixelData"].is_undefined_length = True
        data.save_as(path)
        rename(path, "1.2.840.10008.1.2.1")
    found, faults = read_study(series)
    assert found == []
    assert [fault.code for fault in faults] == ["unreadable"]


def test_plain_pixels_under_a_header_that_says_compressed_are_refused(series):
    for path in series:
        rename(path, "1.2.840.10008.1.2.5")
    found, faults = read_study(series)
    assert found == []
    assert [fault.code for fault in faults] == ["unreadable"]


@pytest.mark.parametrize(("by", "flags"), [(4, ("longer-pixels",)), (18, ("longer-pixels",))])
def test_less_than_a_row_after_the_pixels_is_left_out_and_told(series, by, flags):
    for path in series:
        lengthen(path, by)
    volume = read_one(series).volume
    np.testing.assert_array_equal(volume.hu, head_hu())
    assert volume.flags == flags


@pytest.mark.parametrize("tags", [{"Rows": 11}, {"Columns": 9}, {"Rows": 10, "Columns": 9}])
def test_more_pixels_than_rows_and_columns_are_refused(series, tags):
    for path in series:
        edit(path, **tags)
    found, faults = read_study(series)
    assert found == []
    assert [fault.code for fault in faults] == ["pixel-length"]


def test_the_byte_that_makes_a_length_even_is_no_pixel(tmp_path):
    hu = head_hu(4, 11, 9) // 16 * 16
    words = ((hu + 1024) // 16).astype("u1")
    eight = {"slope": 16.0, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    files = write_series(tmp_path, hu, **eight)
    for path, plane in zip(files, words, strict=True):
        edit(path, PixelData=plane.tobytes() + b"\0")
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, hu)
    assert volume.flags == ()


@pytest.mark.parametrize("tags", [{"Rows": 11}, {"Rows": 6, "Columns": 5}, {"Columns": 9}])
def test_more_pixels_in_run_lengths_than_rows_and_columns_are_refused(series, tags):
    for path in series:
        data = pydicom.dcmread(path)
        data.compress(RLELossless)
        data.save_as(path)
        edit(path, **tags)
    found, faults = read_study(series)
    assert found == []
    assert [fault.code for fault in faults] == ["pixel-length"]


def test_less_than_a_row_more_in_run_lengths_is_left_out_and_told(tmp_path):
    longer = np.pad(head_hu().reshape(4, 1, 120), ((0, 0), (0, 0), (0, 4)))
    files = write_series(tmp_path, longer)
    for path in files:
        data = pydicom.dcmread(path)
        data.compress(RLELossless)
        data.save_as(path)
        edit(path, Rows=12, Columns=10)
    volume = read_one(files).volume
    np.testing.assert_array_equal(volume.hu, head_hu())
    assert volume.flags == ("longer-pixels",)
