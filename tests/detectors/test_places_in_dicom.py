"""Points and boxes of a tilted, unevenly spaced, mirrored series lie where highdicom says: slice and pixel."""

import numpy as np
import pydicom
import pytest
from highdicom.spatial import ImageToReferenceTransformer, ReferenceToPixelTransformer

from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.config.slices import SliceSpec
from bleedmap.datasets.cq500_bhx.boxes import place_box
from bleedmap.datasets.cq500_bhx.frames import Frame
from bleedmap.detectors.detect_scan import detect_scan
from bleedmap.phantom.cohort import write_cohort
from bleedmap.scoring.points import points_in_boxes
from bleedmap.slices.resample_scan import resample_scan
from bleedmap.volumes.dicom.study import read_study
from tests.scenes import salient

MARKS = {2: (20, 41), 7: (35, 15), 11: (44, 30)}  # row and column of a mark in the file of a slice, from the foot
HIGH = 3000  # HU of a mark; bone has less


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files of a phantom by SOP instance UID; columns run to the patient's right, gaps differ, three have a mark."""
    folder = tmp_path_factory.mktemp("phantom")
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10.0, gantry_tilt_degrees=17.0), [0], folder)
    found = [(path, pydicom.dcmread(path)) for path in folder.rglob("*.dcm")]
    found.sort(key=lambda file: float(file[1].ImagePositionPatient[2]))
    for number, (path, data) in enumerate(found):
        pixels = np.ascontiguousarray(data.pixel_array[:, ::-1])
        if number in MARKS:
            row, column = MARKS[number]
            pixels[row - 1 : row + 2, column - 1 : column + 2] = HIGH - int(data.RescaleIntercept)
        data.PixelData = pixels.tobytes()
        x, y, z = data.ImagePositionPatient
        data.ImagePositionPatient = [x + 63 * data.PixelSpacing[1], y, z + 3 * (number // 4)]
        data.ImageOrientationPatient = [-1, 0, 0, *data.ImageOrientationPatient[3:]]
        data.save_as(path)
    return {str(data.SOPInstanceUID): (number, path) for number, (path, data) in enumerate(found)}


@pytest.fixture(scope="module")
def series(files):
    (found,), _ = read_study(sorted(path for _, path in files.values()))
    return found


@pytest.fixture(scope="module")
def points(series):
    volume = series.volume
    scan = resample_scan(volume, np.ones(volume.hu.shape, np.uint8), SliceSpec(size=128, field_of_view_mm=200))
    slices = salient(scan.hu, scan.hu.clip(0, HIGH) / HIGH)
    return detect_scan(LocalMaximaSpec(threshold=0.9, min_distance=5), slices, scan.box)


def where(files, uid):
    """A file's number and how highdicom is told where it lies."""
    number, path = files[uid]
    data = pydicom.dcmread(path, stop_before_pixels=True)
    return number, (data.ImagePositionPatient, data.ImageOrientationPatient, data.PixelSpacing)


def test_every_point_lies_on_the_slice_and_pixel_of_its_mark(files, series, points):
    geometry, marks = series.volume.geometry, {}
    assert not geometry.is_even()
    assert geometry.tilt_degrees() > 10
    for point in points.itertuples():
        number, place = where(files, series.volume.slice_keys[point.slice])
        ours = geometry.origins[point.slice] + point.row * geometry.row_step + point.column * geometry.column_step
        ((column, row, off),) = ReferenceToPixelTransformer(*place)(ours[None])
        assert off == 0
        marks[number] = (row, column)
    assert marks == MARKS


def test_every_frame_of_a_reader_becomes_the_box_around_the_same_place(files, series, points):
    geometry, boxes = series.volume.geometry, []
    for index, uid in enumerate(series.volume.slice_keys):
        number, place = where(files, uid)
        if number in MARKS:
            row, column = MARKS[number]
            frame = Frame(column - 1, row - 1, 3, 4, "sdh")
            box = place_box(frame, series.places[index], series.volume, index)
            # of two opposite corners; columns of the file run the other way
            across = np.array([box.left + box.width, box.left]) - 0.5
            down = np.array([box.top, box.top + box.height]) - 0.5
            ours = geometry.origins[index] + np.stack([across, down], axis=1) @ [
                geometry.column_step,
                geometry.row_step,
            ]
            corners = np.array([[column - 1, row - 1], [column + 2, row + 3]], dtype=float)
            np.testing.assert_allclose(ours, ImageToReferenceTransformer(*place)(corners), atol=1e-3)
            boxes.append(box)
    assert points_in_boxes(points.sort_values("slice"), boxes).tolist() == np.eye(3, dtype=bool).tolist()
