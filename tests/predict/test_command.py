"""What ``bleedmap predict`` tells of an odd scan: on the console, in ``prediction.json`` and by its exit code."""

import json

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

from bleedmap.cli import application
from bleedmap.phantom.scanner.dicom import make_slices
from bleedmap.phantom.scanner.series import make_series
from bleedmap.phantom.subject import PhantomSubject

SLICES, SIZE = 12, 48


def head():
    """(12, 48, 48) HU: a skull around brain, of 2.0 litres where a voxel is 10 x 4 x 4 mm."""
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    radius = np.hypot(row, column)
    plane = np.where(radius < 18, 35, np.where(radius < 20, 1000, -1000))
    return np.repeat(plane[None], SLICES, axis=0).astype(np.int16)


@pytest.fixture
def series(tmp_path):
    """A sound series of 12 slices, ``00.dcm`` to ``11.dcm`` from foot to head."""
    folder, hu = tmp_path / "series", head()
    folder.mkdir()
    empty = np.zeros(hu.shape, dtype=np.uint8)
    subject = PhantomSubject("Jane Roe", hu, empty, empty.astype(bool), spacing=(10.0, 4.0, 4.0))
    for number, data in enumerate(make_slices(7, 0, subject, make_series(7, 0, subject))):
        data.save_as(folder / f"{number:02d}.dcm", enforce_file_format=True)
    return folder


def edit(file, **tags):
    data = pydicom.dcmread(file)
    for name, value in tags.items():
        setattr(data, name, value)
    data.save_as(file)


def cut_files(folder):
    for number in (3, 5):
        file = folder / f"{number:02d}.dcm"
        file.write_bytes(file.read_bytes()[:-1000])


def add_copy(folder):
    data = pydicom.dcmread(folder / "04.dcm")
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    data.save_as(folder / "copy.dcm")


def move_a_slice(folder):
    x, y, z = pydicom.dcmread(folder / "11.dcm").ImagePositionPatient
    edit(folder / "11.dcm", ImagePositionPatient=[x, y, z + 5])


def wrap_values(folder):
    for file in sorted(folder.iterdir()):
        data = pydicom.dcmread(file)
        hu = data.pixel_array.astype(int) * int(data.RescaleSlope) + int(data.RescaleIntercept)
        data.PixelData = (np.maximum(hu, -1000) % 4096).astype("<u2").tobytes()
        data.BitsStored, data.HighBit, data.PixelRepresentation, data.RescaleIntercept = 12, 11, 0, 0
        data.save_as(file)


def shrink(folder):
    for file in sorted(folder.iterdir()):
        edit(file, PixelSpacing=[2.0, 2.0])


def add_report(folder):
    (folder / "report.pdf").write_bytes(b"%PDF-1.4")


def spoil(folder):
    for file in sorted(folder.iterdir()):
        file.write_bytes(b"no DICOM")


@pytest.fixture
def predict(series, tmp_path, repository):
    """Run the command; returns its result and what stands in ``prediction.json``."""

    def run():
        config = repository / "tests" / "workflow" / "tiny.yaml"
        words = [series, "--method", "hu-threshold", "--out", tmp_path / "out", "--config", config]
        done = CliRunner().invoke(application, ["predict", *map(str, words)])
        file = tmp_path / "out" / "prediction.json"
        assert str(tmp_path) not in done.output
        assert "Roe" not in done.output
        return done, json.loads(file.read_text()) if file.is_file() else None

    return run


def test_a_sound_scan_is_clean(predict):
    done, said = predict()
    assert (done.exit_code, said["flags"], said["faults"]) == (0, [], [])
    assert "flag" not in done.output


@pytest.mark.parametrize(
    ("plant", "flags", "faults"),
    [
        (cut_files, {"missing-slices", "unreadable-slices"}, ["truncated"]),
        (add_copy, {"copies-dropped"}, []),
        (move_a_slice, {"uneven"}, []),
        (wrap_values, {"wrapped-12-bit"}, []),
        (shrink, {"brain-small"}, []),
        (add_report, set(), ["not-dicom"]),
    ],
)
def test_what_the_workflow_would_flag_is_told_three_times(predict, series, plant, flags, faults):
    plant(series)
    done, said = predict()
    assert done.exit_code == 8
    assert set(said["flags"]) == flags
    assert [fault["code"] for fault in said["faults"]] == faults
    assert all(fault.keys() == {"code", "found", "expected", "remedy"} for fault in said["faults"])
    for word in (*flags, *(f"[{code}]" for code in faults)):
        assert word in done.output


def test_a_tilted_gantry_is_told_and_no_cause_for_worry(predict, series):
    for number in range(SLICES):
        file = series / f"{number:02d}.dcm"
        x, y, z = pydicom.dcmread(file).ImagePositionPatient
        edit(file, ImagePositionPatient=[x, y + 2.0 * number, z])
    done, said = predict()
    assert (done.exit_code, said["flags"]) == (0, ["tilted"])
    assert "flag: tilted" in done.output


def test_a_refused_scan_ends_with_2_and_leaves_no_result_of_another(predict, series, tmp_path):
    move_a_slice(series)
    predict()
    assert (tmp_path / "out" / "mask_even.nii.gz").is_file()
    spoil(series)
    done, said = predict()
    assert (done.exit_code, said) == (2, None)
    assert done.output.startswith("bleedmap: [not-dicom]")
    assert done.output.count("\n") == 1
    assert not (tmp_path / "out").exists()
