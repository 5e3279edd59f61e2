"""Headers that do not say, or say wrongly, where pixels lie and what they mean."""

import numpy as np
import pydicom

from .conftest import edit, write_enhanced, write_series
from .dicom_fault import HU, fault


@fault("no-position")
def no_position(folder):
    write_series(folder, HU, ImagePositionPatient=None)


@fault("no-position")
def no_orientation(folder):
    write_series(folder, HU, ImageOrientationPatient=None)


@fault("no-position")
def no_pixel_spacing(folder):
    write_series(folder, HU, PixelSpacing=None)


@fault("no-position")
def no_pixel_size(folder):
    write_series(folder, HU, pixel=(0, 0))


@fault("no-position")
def a_pixel_size_that_is_no_number(folder):
    write_series(folder, HU, pixel=(float("nan"), 0.5))


@fault("no-position")
def rows_along_columns(folder):
    write_series(folder, HU, orientation=(1, 0, 0, 1, 0, 0))


@fault("no-position")
def a_head_a_thousand_kilometres_away(folder):
    write_series(folder, HU, corner=(-50, 1e9))


@fault("no-position", flags=["missing-slices", "unreadable-slices"])
def one_slice_without_position(folder):
    edit(write_series(folder, HU)[3], ImagePositionPatient=None)


@fault("no-position", flags=["missing-slices", "unreadable-slices"])
def an_enhanced_file_with_a_frame_nowhere(folder):
    path = write_enhanced(folder / "all.dcm", HU, heights=np.arange(8) * 5)
    data = pydicom.dcmread(path)
    del data.PerFrameFunctionalGroupsSequence[3].PlanePositionSequence
    data.save_as(path)


@fault("no-rescale")
def no_slope(folder):
    write_series(folder, HU, RescaleSlope=None)


@fault("no-rescale")
def no_intercept(folder):
    write_series(folder, HU, RescaleIntercept=None)


@fault("no-rescale")
def a_slope_of_zero(folder):
    write_series(folder, HU, RescaleSlope=0)


@fault("monochrome1")
def inverted_grey(folder):
    write_series(folder, HU, PhotometricInterpretation="MONOCHROME1")


@fault("not-hu")
def effective_atomic_numbers(folder):
    write_series(folder, HU, RescaleType="Z_EFF")


@fault("not-hu")
def a_window_burnt_in(folder):
    write_series(folder, HU.clip(0, 80) * 255 // 80, intercept=0.0, RescaleType="US")


@fault("not-hu")
def an_intercept_lost(folder):
    write_series(folder, HU, RescaleIntercept=0)


@fault(flags=["wrapped-12-bit"])
def signed_values_stored_unsigned(folder):
    write_series(folder, np.where(HU < 0, HU + 4096, HU), intercept=0.0, bits=12)


@fault("pixel-format")
def no_rows(folder):
    write_series(folder, HU, Rows=None)


@fault("pixel-format")
def more_columns_than_memory(folder):
    write_series(folder, HU, Rows=65000, Columns=65000)


@fault("pixel-format")
def pixels_of_32_bits(folder):
    write_series(folder, HU, BitsAllocated=32)


@fault("pixel-format")
def more_bits_stored_than_there_are(folder):
    write_series(folder, HU, BitsStored=17)


@fault("truncated")
def headers_that_announce_more_than_there_is(folder):
    write_series(folder, HU, Rows=4096, Columns=4096)


@fault("pixel-length")
def more_pixels_than_the_header_announces(folder):
    for path in write_series(folder, HU):
        edit(path, Rows=10)


@fault("multi-frame")
def many_frames_in_a_plain_ct(folder):
    write_series(folder, HU, NumberOfFrames=3)
