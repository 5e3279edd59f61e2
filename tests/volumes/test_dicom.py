"""DICOM series become volumes, or are refused with a reason."""

import tempfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom import group_series, read_series

from .conftest import head_hu, tilted, write_series


def code_of(files):
    with pytest.raises(ScanError) as refused:
        read_series(files)
    assert "secret" not in str(refused.value)
    assert str(files[0].parent) not in str(refused.value)
    return refused.value.code


def edit(path, **tags):
    data = pydicom.dcmread(path)
    for name, value in tags.items():
        if value is None:
            delattr(data, name)
        else:
            setattr(data, name, value)
    data.save_as(path)


def test_a_sound_series_gives_its_hu_and_place(series):
    found = read_series(series)
    np.testing.assert_array_equal(found.volume.hu, head_hu())
    np.testing.assert_allclose(found.volume.geometry.spacing, (5.0, 0.6, 0.5))
    np.testing.assert_allclose(found.volume.geometry.origins[1], (-50, -60, 5))
    assert found.file_names == tuple(path.name for path in series)
    assert [key.rsplit(".", 1)[1] for key in found.volume.slice_keys] == ["1", "2", "3", "4"]
    assert found.patient_id == "secret-patient"


def test_no_private_name_is_shown_by_a_series(series):
    found = read_series(series)
    shown = repr(found)
    assert "secret" not in shown
    assert found.series_uid not in shown
    assert "slice-" not in shown


@given(order=st.permutations(range(4)))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_the_files_does_not_matter(series, order):
    straight, mixed = read_series(series), read_series([series[index] for index in order])
    np.testing.assert_array_equal(straight.volume.hu, mixed.volume.hu)
    assert straight.volume.slice_keys == mixed.volume.slice_keys
    assert straight.file_names == mixed.file_names


@given(
    slope=st.sampled_from([1.0, 0.5, 2.0]),
    intercept=st.sampled_from([-1024.0, -1000.0, -8192.0, 0.0, 24.0]),
    signed=st.booleans(),
    seed=st.integers(0, 50),
)
@settings(deadline=None, max_examples=30)
def test_hu_come_out_as_they_went_in(slope, intercept, signed, seed):
    hu = head_hu(slices=2, seed=seed)
    hu = hu - (hu % 2)  # whole stored values for every slope
    if not signed and intercept > -1000:
        intercept = -1024.0  # unsigned numbers cannot hold air without an offset
    with tempfile.TemporaryDirectory() as folder:
        files = write_series(Path(folder), hu, slope=slope, intercept=intercept, signed=signed)
        np.testing.assert_array_equal(read_series(files).volume.hu, hu)


def test_wrapped_12_bit_numbers_are_unwrapped(tmp_path):
    hu = head_hu()
    files = write_series(tmp_path, np.where(hu < 0, hu + 4096, hu), intercept=0.0, bits=12)
    np.testing.assert_array_equal(read_series(files).volume.hu, hu)


def test_padding_and_values_below_air_become_air(tmp_path):
    hu = head_hu()
    hu[:, 0], hu[:, 1], hu[0, 11, 9] = -1500, -2000, 700
    volume = read_series(write_series(tmp_path, hu, signed=True, intercept=0.0, PixelPaddingValue=700)).volume
    assert (volume.hu[:, :2] == -1024).all()
    assert volume.hu[0, 11, 9] == -1024


@pytest.mark.parametrize("along_row", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_rows_go_to_the_back_and_columns_to_the_left_however_the_slices_were_stored(tmp_path, along_row, sign):
    down_column = sign * np.cross((0, 0, 1), along_row)
    hu = head_hu()
    volume = read_series(write_series(tmp_path, hu, orientation=(*along_row, *down_column))).volume
    assert volume.geometry.row_step[1] > 0.4
    assert volume.geometry.column_step[0] > 0.4
    corner = np.array([-50.0, -60.0, 0.0])
    for row, column in ((7, 2), (3, 9)):
        place = corner + row * 0.6 * down_column + column * 0.5 * np.array(along_row)
        steps = np.stack([volume.geometry.row_step, volume.geometry.column_step], axis=1)
        found = np.rint(np.linalg.lstsq(steps, place - volume.geometry.origins[0])[0]).astype(int)
        assert volume.hu[0, found[0], found[1]] == hu[0, row, column]


def test_tilt_and_uneven_gaps_are_kept(tmp_path):
    heights = [0.0, 4.22, 5.36, 12.74]
    volume = read_series(write_series(tmp_path, head_hu(), heights=heights, orientation=tilted(18.5))).volume
    assert volume.geometry.tilt_degrees() == pytest.approx(18.5, abs=1e-6)
    np.testing.assert_allclose(volume.geometry.origins[:, 2], heights)
    np.testing.assert_allclose(volume.geometry.gaps, np.diff(heights) * np.cos(np.radians(18.5)))
    assert not volume.geometry.is_even()


def test_files_are_grouped_by_series_and_the_rest_is_named(tmp_path):
    one, two = write_series(tmp_path / "a", head_hu()), write_series(tmp_path / "b", head_hu())
    note = tmp_path / "note.txt"
    note.write_text("secret-patient was here")
    groups, refused = group_series([one[0], two[0], note, *one[1:], *two[1:]])
    assert groups == [one, two]
    assert [error.code for error in refused] == ["not-dicom"]


def test_a_scout_that_travels_with_the_slices_is_left_out(series):
    edit(series[0], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    assert read_series(series).file_names == tuple(path.name for path in series[1:])


def test_byte_identical_copies_are_read_once(series):
    copy = series[0].with_name("copy.dcm")
    copy.write_bytes(series[0].read_bytes())
    assert len(read_series([*series, copy]).volume.hu) == 4


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("not-ct", {"Modality": "MR"}),
        ("not-ct", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}),
        ("multi-frame", {"NumberOfFrames": 3}),
        ("localizer", {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        ("no-position", {"ImagePositionPatient": None}),
        ("no-position", {"ImageOrientationPatient": None}),
        ("no-position", {"PixelSpacing": None}),
        ("no-position", {"PixelSpacing": [0, 0]}),
        ("not-hu", {"RescaleIntercept": None}),
        ("not-hu", {"PhotometricInterpretation": "MONOCHROME1"}),
        ("not-hu", {"RescaleType": "Z_EFF"}),
        ("not-hu", {"intercept": 0.0, "RescaleIntercept": 1024.0}),
        ("not-axial", {"orientation": (0, 1, 0, 0, 0, -1)}),
        ("duplicate-slices", {"heights": [0, 5, 5, 10]}),
        ("truncated", {"PixelData": b"\0" * 40}),
        ("truncated", {"PixelData": None}),
    ],
)
def test_a_faulty_series_is_refused_with_its_reason(tmp_path, code, tags):
    hu = head_hu() + (1024 if "intercept" in tags else 0)
    assert code_of(write_series(tmp_path, hu.clip(-1000), **tags)) == code


def test_one_slice_is_no_volume(series):
    assert code_of(series[:1]) == "localizer"


def test_slices_of_two_orientations_are_refused(series):
    edit(series[2], ImageOrientationPatient=tilted(10))
    assert code_of(series) == "mixed-orientation"


def test_slices_of_two_pixel_sizes_are_refused(series):
    edit(series[2], PixelSpacing=[0.7, 0.5])
    assert code_of(series) == "mixed-matrix"


def test_different_slices_with_one_id_are_refused(series):
    edit(series[1], SOPInstanceUID=pydicom.dcmread(series[0]).SOPInstanceUID, ImagePositionPatient=[-50, -60, 0])
    assert code_of(series) == "duplicate-slices"


def test_files_of_two_series_are_refused(tmp_path):
    files = [*write_series(tmp_path / "a", head_hu()), *write_series(tmp_path / "b", head_hu())]
    assert code_of(files) == "mixed-series"


def test_a_file_cut_short_is_refused(series):
    series[2].write_bytes(series[2].read_bytes()[:-50])
    assert code_of(series) == "truncated"


@given(place=st.integers(0, 1200), byte=st.integers(0, 255))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_byte_ends_in_a_volume_or_a_named_refusal(series, place, byte):
    sound = series[1].read_bytes()
    damaged = bytearray(sound)
    damaged[place % len(damaged)] = byte
    series[1].write_bytes(bytes(damaged))
    try:
        groups, _ = group_series(series)
        read_series(max(groups, key=len))
    except ScanError as error:
        assert "secret" not in str(error)
    finally:
        series[1].write_bytes(sound)
