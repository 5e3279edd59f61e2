"""DICOM series become volumes, or are refused with a reason."""

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bleedmap.errors import ScanError
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.zip_member import zip_members

from .conftest import edit, head_hu, read_one, tilted, write_series


def code_of(files):
    with pytest.raises(ScanError) as refused:
        read_one(files)
    assert "secret" not in str(refused.value)
    assert str(files[0].parent) not in str(refused.value)
    return refused.value.code


def test_a_sound_series_gives_its_hu_and_place(series):
    found = read_one(series)
    np.testing.assert_array_equal(found.volume.hu, head_hu())
    np.testing.assert_allclose(found.volume.geometry.spacing, (5.0, 0.6, 0.5))
    np.testing.assert_allclose(found.volume.geometry.origins[1], (-50, -60, 5))
    assert found.file_names == tuple(path.name for path in series)
    assert [key.rsplit(".", 1)[1] for key in found.volume.slice_keys] == ["1", "2", "3", "4"]
    assert found.patient_id == "secret-patient"


def test_no_private_name_is_shown_by_a_series(series):
    found = read_one(series)
    shown = repr(found)
    assert "secret" not in shown
    assert found.series_uid not in shown
    assert "slice-" not in shown


@given(order=st.permutations(range(4)))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_the_files_does_not_matter(series, order):
    straight, mixed = read_one(series), read_one([series[index] for index in order])
    np.testing.assert_array_equal(straight.volume.hu, mixed.volume.hu)
    assert straight.volume.slice_keys == mixed.volume.slice_keys
    assert straight.file_names == mixed.file_names


@pytest.mark.parametrize("along_row", [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_rows_go_to_the_back_and_columns_to_the_left_however_the_slices_were_stored(tmp_path, along_row, sign):
    down_column = sign * np.cross((0, 0, 1), along_row)
    hu = head_hu()
    volume = read_one(write_series(tmp_path, hu, orientation=(*along_row, *down_column))).volume
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
    volume = read_one(write_series(tmp_path, head_hu(), heights=heights, orientation=tilted(18.5))).volume
    assert volume.geometry.tilt_degrees() == pytest.approx(18.5, abs=1e-6)
    np.testing.assert_allclose(volume.geometry.origins[:, 2], heights)
    np.testing.assert_allclose(volume.geometry.gaps, np.diff(heights) * np.cos(np.radians(18.5)))
    assert not volume.geometry.is_even()


def test_files_are_grouped_by_series_and_the_rest_is_named(tmp_path):
    one, two = write_series(tmp_path / "a", head_hu()), write_series(tmp_path / "b", head_hu(3))
    note = tmp_path / "note.txt"
    note.write_text("secret-patient was here")
    found, faults = read_study([one[0], two[0], note, *two[1:], *one[1:]])
    assert {len(series.volume.hu) for series in found} == {4, 3}
    assert found[0].series_uid < found[1].series_uid
    assert [fault.code for fault in faults] == ["not-dicom"]


def test_slices_of_two_patients_with_one_series_uid_are_two_volumes(tmp_path):
    write_series(tmp_path / "a", head_hu(), uid="1.2.3")
    write_series(tmp_path / "b", head_hu(seed=5), uid="1.2.3", heights=[20, 25, 30, 35], PatientID="another")
    found, faults = read_study(sorted(tmp_path.rglob("*.dcm")))
    assert [len(series.volume.hu) for series in found] == [4, 4]
    assert faults == []


def test_places_lie_where_the_pixels_of_the_files_do(tmp_path):
    hu = head_hu()
    files = write_series(tmp_path, hu, heights=[15, 10, 5, 0], orientation=(-1, 0, 0, 0, -1, 0))
    found = read_one(files)
    geometry = found.volume.geometry
    for index, place in enumerate(found.places):
        at = place.position + 7 * 0.6 * place.down_column + 2 * 0.5 * place.along_row
        steps = np.stack([geometry.row_step, geometry.column_step], axis=1)
        row, column = np.rint(np.linalg.lstsq(steps, at - geometry.origins[index])[0]).astype(int)
        assert found.volume.hu[index, row, column] == hu[3 - index, 7, 2]


def test_a_scout_that_travels_with_the_slices_is_left_out(series):
    edit(series[0], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    found = read_one(series)
    assert found.file_names == tuple(path.name for path in series[1:])
    assert found.volume.flags == ("scouts-dropped",)


def test_a_dose_report_in_the_series_costs_no_slice(series):
    report = series[0].with_name("report.dcm")
    report.write_bytes(series[0].read_bytes())
    edit(report, SOPClassUID="1.2.840.10008.5.1.4.1.1.7", SOPInstanceUID="1.2.9", ImagePositionPatient=None)
    found, faults = read_study([*series, report])
    assert [each.volume.flags for each in found] == [()]
    assert [fault.code for fault in faults] == ["not-an-image-slice"]


def test_a_coronal_reformat_in_the_series_costs_no_slice(tmp_path):
    write_series(tmp_path / "a", head_hu(), uid="1.2.3")
    write_series(tmp_path / "b", head_hu(6), uid="1.2.3", first=10, orientation=(1, 0, 0, 0, 0, -1))
    found, faults = read_study(sorted(tmp_path.rglob("*.dcm")))
    np.testing.assert_array_equal(found[0].volume.hu, head_hu())
    assert [fault.code for fault in faults] == ["not-axial"]


@pytest.mark.parametrize("tags", [{"ConvolutionKernel": "BONE"}, {"AcquisitionNumber": 2}])
def test_reconstructions_and_repeats_of_one_series_are_told_apart(tmp_path, tags):
    write_series(tmp_path / "a", head_hu(), uid="1.2.3", ConvolutionKernel="SOFT", AcquisitionNumber=1)
    write_series(
        tmp_path / "b",
        head_hu(seed=7),
        **{"ConvolutionKernel": "SOFT", "AcquisitionNumber": 1} | tags,
        uid="1.2.3",
        first=10,
    )
    found, faults = read_study(sorted(tmp_path.rglob("*.dcm")))
    assert faults == []
    assert sorted(each.volume.hu.sum() for each in found) == sorted([head_hu().sum(), head_hu(seed=7).sum()])


@pytest.mark.parametrize("numbers", [(1, 1), (1, 2, 3)])
def test_phases_of_perfusion_are_refused(tmp_path, numbers):
    for phase, number in enumerate(numbers):
        write_series(
            tmp_path / str(phase), head_hu(seed=phase), uid="1.2.3", first=10 * phase + 1, AcquisitionNumber=number
        )
    assert code_of(sorted(tmp_path.rglob("*.dcm"))) == "several-phases"


@pytest.mark.parametrize("uid", [None, "1.2.3.99"])
def test_copies_are_read_once_whatever_they_are_called(series, uid):
    copy = series[0].with_name("copy.dcm")
    copy.write_bytes(series[0].read_bytes())
    edit(copy, InstanceNumber=77, **{"SOPInstanceUID": uid} if uid else {})
    found = read_one([copy, *series])
    np.testing.assert_array_equal(found.volume.hu, head_hu())
    assert found.volume.flags == ("copies-dropped",)


def test_a_whole_copy_stands_in_for_a_slice_cut_short(series):
    copy = series[1].with_name("copy.dcm")
    copy.write_bytes(series[1].read_bytes())
    data = pydicom.dcmread(copy)
    data.compress(pydicom.uid.RLELossless)
    data.PixelData = pydicom.encaps.encapsulate([bytes(30)])
    data.save_as(copy)
    found, faults = read_study([copy, *series])
    np.testing.assert_array_equal(found[0].volume.hu, head_hu())
    assert found[0].volume.flags == ("unreadable-slices",)
    assert [fault.code for fault in faults] == ["unreadable"]


def test_two_slices_of_one_name_are_kept_and_flagged(series):
    edit(series[1], SOPInstanceUID=pydicom.dcmread(series[0]).SOPInstanceUID)
    found = read_one(series)
    np.testing.assert_array_equal(found.volume.hu, head_hu())
    assert found.volume.flags == ("shared-keys",)


@pytest.mark.parametrize(
    ("heights", "thickness", "flags"),
    [
        ([0, 5, 10, 15, 20], None, ()),
        ([0, 5, 10, 20, 25], None, ("missing-slices",)),
        ([0, 5, 10, 25, 30], 5.0, ("missing-slices",)),
        ([0, 2.5, 5, 7.5, 12.5], [2.5, 2.5, 2.5, 2.5, 5.0], ("uneven",)),
        ([0, 5, 10, 13, 18], None, ("uneven",)),
        ([0.0, 4.97, 10.02, 14.99, 20.0], None, ()),
    ],
)
def test_gaps_are_told(tmp_path, heights, thickness, flags):
    files = write_series(tmp_path, head_hu(5), heights=heights)
    each = thickness if isinstance(thickness, list) else [thickness] * 5
    for path, value in zip(files, each, strict=True):
        edit(path, SliceThickness=value)
    assert read_one(files).volume.flags == flags


def test_a_slice_beside_the_line_of_the_others_is_told(series):
    edit(series[2], ImagePositionPatient=[-48, -60, 10])
    assert read_one(series).volume.flags == ("shifted",)


def test_slices_of_another_orientation_or_pixel_size_are_left_out(series):
    edit(series[2], ImageOrientationPatient=tilted(10))
    found, faults = read_study(series)
    assert [(len(each.volume.hu), each.volume.flags) for each in found] == [(3, ("missing-slices",))]
    assert [fault.code for fault in faults] == ["single-slice"]


@pytest.mark.parametrize("damage", ["header", "pixels", "decoder"])
def test_one_unreadable_slice_of_four_is_left_out_and_told(series, damage):
    whole = series[1].read_bytes()
    if damage == "header":
        edit(series[1], PixelSpacing=None)
    elif damage == "pixels":
        series[1].write_bytes(whole[:-50])
    else:
        data = pydicom.dcmread(series[1])
        data.compress(pydicom.uid.RLELossless)
        data.PixelData = data.PixelData[:40] + bytes(20)
        data.save_as(series[1])
    found, faults = read_study(series)
    np.testing.assert_array_equal(found[0].volume.hu, head_hu()[[0, 2, 3]])
    assert found[0].volume.flags == ("missing-slices", "unreadable-slices")
    codes = {"header": ["no-position"], "pixels": ["truncated"], "decoder": ["unreadable"]}
    assert [fault.code for fault in faults] == codes[damage]
    assert found[0].file_names == tuple(series[index].name for index in (0, 2, 3))


def test_a_scan_with_more_than_a_quarter_of_its_slices_unreadable_is_refused(series):
    for path in series[:2]:
        path.write_bytes(path.read_bytes()[:-50])
    assert code_of(series) == "truncated"


@pytest.mark.parametrize(
    ("code", "tags"),
    [
        ("not-ct", {"Modality": "MR"}),
        ("not-ct", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}),
        ("not-an-image-slice", {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}),
        ("multi-frame", {"NumberOfFrames": 3}),
        ("localizer", {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        ("no-position", {"ImagePositionPatient": None}),
        ("no-position", {"ImageOrientationPatient": None}),
        ("no-position", {"PixelSpacing": None}),
        ("no-position", {"PixelSpacing": [0, 0]}),
        ("no-rescale", {"RescaleIntercept": None}),
        ("monochrome1", {"PhotometricInterpretation": "MONOCHROME1"}),
        ("not-hu", {"RescaleType": "Z_EFF"}),
        ("not-hu", {"intercept": 0.0, "RescaleIntercept": 1024.0}),
        ("not-axial", {"orientation": (0, 1, 0, 0, 0, -1)}),
        ("duplicate-slices", {"heights": [0, 5, 5, 10]}),
        ("no-position", {"PixelSpacing": [float("nan"), 0.5]}),
        ("no-position", {"orientation": (1, 0, 0, 1, 0, 0)}),
        ("no-rescale", {"RescaleSlope": 0}),
        ("pixel-format", {"Rows": None}),
        ("pixel-format", {"Columns": 65000}),
        ("pixel-format", {"BitsAllocated": 32}),
        ("not-an-image-slice", {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}),
        ("truncated", {"PixelData": b"\0" * 40}),
        ("truncated", {"PixelData": None}),
    ],
)
def test_a_faulty_series_is_refused_with_its_reason(tmp_path, code, tags):
    hu = head_hu() + (1024 if "intercept" in tags else 0)
    assert code_of(write_series(tmp_path, hu.clip(-1000), **tags)) == code


def test_one_slice_is_no_volume(series):
    assert code_of(series[:1]) == "single-slice"


def test_different_slices_with_one_id_at_one_place_are_refused(series):
    edit(series[1], SOPInstanceUID=pydicom.dcmread(series[0]).SOPInstanceUID, ImagePositionPatient=[-50, -60, 0])
    assert code_of(series) == "duplicate-slices"


def test_a_study_in_a_zip_is_read_as_one_in_a_folder(series, tmp_path):
    series[2].write_bytes(series[2].read_bytes()[:-50])
    with zipfile.ZipFile(tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in series:
            archive.write(path, f"a/{path.name}")
    (folder,), faults = read_study(series)
    (zipped,), zip_faults = read_study(zip_members(tmp_path / "study.zip"))
    np.testing.assert_array_equal(zipped.volume.hu, folder.volume.hu)
    np.testing.assert_array_equal(zipped.volume.geometry.origins, folder.volume.geometry.origins)
    assert zipped.file_names == folder.file_names
    assert [str(fault) for fault in zip_faults] == [str(fault) for fault in faults]


def test_a_pipe_is_not_waited_for(series):
    pipe = series[0].with_name("pipe")
    os.mkfifo(pipe)
    found, faults = read_study([pipe, *series])
    assert len(found) == 1
    assert [fault.code for fault in faults] == ["no-access"]


@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_names_folders_and_order_of_the_files_do_not_matter(data):
    with tempfile.TemporaryDirectory() as top:
        root = Path(top)
        files = [
            *write_series(root / "a", head_hu(), uid="1.2.3", heights=[0, 5, 10, 20], orientation=tilted(12)),
            *write_series(root / "b", head_hu(5, seed=3), uid="1.2.4"),
        ]
        copy = root / "copy.dcm"
        copy.write_bytes(files[0].read_bytes())
        files[-1].write_bytes(files[-1].read_bytes()[:-9])
        straight = read_study([*files, copy])
        names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)
        unlike = data.draw(st.lists(names, min_size=10, max_size=10, unique=True))
        moved = []
        for index, (file, name) in enumerate(zip([*files, copy], unlike, strict=True)):
            target = root / "moved" / f"{index % data.draw(st.integers(1, 3))}" / f"f{name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target = target if not target.exists() else target.with_name(f"x{index}")
            moved.append(file.rename(target))
        mixed = read_study(data.draw(st.permutations(moved)))
    assert [str(fault) for fault in straight[1]] == [str(fault) for fault in mixed[1]]
    assert [each.volume.flags for each in straight[0]] == [
        ("copies-dropped", "missing-slices", "tilted"),
        ("unreadable-slices",),
    ]
    for one, other in zip(straight[0], mixed[0], strict=True):
        np.testing.assert_array_equal(one.volume.hu, other.volume.hu)
        np.testing.assert_array_equal(one.volume.geometry.origins, other.volume.geometry.origins)
        np.testing.assert_array_equal(one.volume.geometry.row_step, other.volume.geometry.row_step)
        assert one.volume.slice_keys == other.volume.slice_keys
        assert one.volume.flags == other.volume.flags
        assert (one.series_uid, one.patient_id) == (other.series_uid, other.patient_id)
