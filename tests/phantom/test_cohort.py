import csv
import hashlib
import os
import subprocess
import sys

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813

from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort
from bleedmap.phantom.names import subject_name
from bleedmap.phantom.scanner.geometry import draw_geometry
from bleedmap.phantom.subject import make_subject
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.nifti import read_mask

INDICES = (0, 1, 6)
SPEC = PhantomSpec(matrix=64, slice_thickness_mm=10.0)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(SPEC, INDICES, folder)
    return folder


@pytest.fixture(scope="module")
def made():
    return {index: make_subject(SPEC, index) for index in INDICES}


def geometry_of(spec, index):
    return draw_geometry(np.random.default_rng([spec.seed, index]).spawn(1)[0], spec)


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_sorted(cohort, index):
    found = [pydicom.dcmread(path) for path in (cohort / "dicom" / subject_name(index)).iterdir()]
    return sorted(found, key=lambda data: float(data.ImagePositionPatient[2]))


@pytest.mark.slow
def test_equal_seeds_give_equal_bytes_in_another_process_and_another_year(cohort, tmp_path):
    code = (
        "import sys, pathlib\n"
        "from bleedmap.config.datasets import PhantomSpec\n"
        "from bleedmap.phantom.cohort import write_cohort\n"
        f"write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10.0), {INDICES}, pathlib.Path(sys.argv[1]))\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    assert digests(tmp_path / "again") == digests(cohort)


def test_the_folder_holds_series_masks_and_one_table(cohort, made):
    names = {subject_name(index) for index in INDICES}
    assert {path.name for path in (cohort / "dicom").iterdir()} == names
    assert {path.name for path in (cohort / "masks").iterdir()} == {f"{name}.nii.gz" for name in names}
    assert {path.name for path in cohort.iterdir()} == {"dicom", "masks", "labels.csv", "scan_labels.csv"}
    for index, subject in made.items():
        files = sorted(path.name for path in (cohort / "dicom" / subject_name(index)).iterdir())
        assert files == [f"{number + 1:03d}.dcm" for number in range(len(subject.hu))]


def test_dicom_sorted_by_position_gives_the_hu_back_exactly(cohort, made):
    for index, subject in made.items():
        slices = read_sorted(cohort, index)
        hu = np.stack([d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) for d in slices])
        np.testing.assert_array_equal(hu, subject.hu)
        gaps = np.diff([float(d.ImagePositionPatient[2]) for d in slices])
        np.testing.assert_allclose(gaps, subject.spacing[0], atol=1e-6)
        np.testing.assert_allclose([float(v) for v in slices[0].PixelSpacing], subject.spacing[1:], rtol=1e-8)


def test_file_names_do_not_tell_the_order_of_the_slices(cohort):
    for index in INDICES:
        files = sorted((cohort / "dicom" / subject_name(index)).iterdir())
        heights = [float(pydicom.dcmread(path).ImagePositionPatient[2]) for path in files]
        assert heights != sorted(heights)
        assert heights != sorted(heights, reverse=True)


def test_both_ways_of_storing_hu_occur_among_scanners(made):
    from bleedmap.phantom.scanner.series import make_series

    subject = made[0]
    series = [make_series(1, index, subject) for index in range(20)]
    assert {s.intercept for s in series} == {0, -1024}
    assert {s.head_first for s in series} == {True, False}


def test_headers_are_valid_and_uids_are_unique(cohort):
    seen = set()
    for index in INDICES:
        slices = read_sorted(cohort, index)
        assert len({d.SeriesInstanceUID for d in slices}) == len({d.StudyInstanceUID for d in slices}) == 1
        assert sorted(int(d.InstanceNumber) for d in slices) == list(range(1, len(slices) + 1))
        for data in slices:
            assert data.SOPClassUID == pydicom.uid.CTImageStorage
            assert pydicom.uid.UID(data.SOPInstanceUID).is_valid
            assert data.file_meta.MediaStorageSOPInstanceUID == data.SOPInstanceUID
            assert data.PatientID == subject_name(index)
            seen.add(data.SOPInstanceUID)
    assert len(seen) == sum(len(read_sorted(cohort, index)) for index in INDICES)


def test_labels_agree_with_masks_slice_by_slice(cohort):
    with (cohort / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["scan", "slice", "subject", "hemorrhage", "iph", "ivh", "sah", "sdh", "edh"]
    label = {row["slice"]: (row["scan"], int(row["hemorrhage"])) for row in rows}
    assert len(label) == len(rows)
    for index in INDICES:
        name = subject_name(index)
        truth = np.asarray(nibabel.load(cohort / "masks" / f"{name}.nii.gz").dataobj)
        for number, data in enumerate(read_sorted(cohort, index)):
            assert label[data.SOPInstanceUID] == (name, int((truth[:, :, number] > 0).any()))
    assert {value for _, value in label.values()} == {0, 1}


def test_subtype_and_scan_labels_follow_from_the_masks(cohort, made):
    with (cohort / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (cohort / "scan_labels.csv").open(newline="") as file:
        scans = {row["scan"]: row for row in csv.DictReader(file)}
    assert len(scans) == len(made)
    for subject in made.values():
        of_scan = [row for row in rows if row["scan"] == subject.name]
        for value, name in enumerate(("iph", "ivh", "sah", "sdh", "edh"), start=1):
            bleeds = (subject.truth == value).any(axis=(1, 2))
            assert [int(row[name]) for row in of_scan] == bleeds.astype(int).tolist()
            assert int(scans[subject.name][name]) == int(bleeds.any())
        assert int(scans[subject.name]["hemorrhage"]) == int(subject.truth.any())


def test_label_noise_flips_its_share_of_slice_labels_and_nothing_else(tmp_path):
    noisy, clean = (PhantomSpec(matrix=64, slice_thickness_mm=8.0, label_noise=rate) for rate in (0.2, 0.0))
    for name, spec in (("noisy", noisy), ("clean", clean)):
        write_cohort(spec, INDICES[:2], tmp_path / name)
    one, other = digests(tmp_path / "noisy"), digests(tmp_path / "clean")
    assert {name for name in one if one[name] != other[name]} == {"labels.csv"}
    tables = []
    for name in ("noisy", "clean"):
        with (tmp_path / name / "labels.csv").open(newline="") as file:
            tables.append([row["hemorrhage"] for row in csv.DictReader(file)])
    flipped = np.mean([a != b for a, b in zip(*tables, strict=True)])
    assert 0.1 < flipped < 0.3


def test_masks_lie_on_the_grid_that_another_reader_gives_the_dicom(tmp_path):
    spec = PhantomSpec(matrix=64, slice_thickness_mm=10.0, gantry_tilt_degrees=0.0)
    write_cohort(spec, [0], tmp_path)
    subject, name = make_subject(spec, 0), subject_name(0)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path / "dicom" / name)))
    scan, mask = reader.Execute(), sitk.ReadImage(str(tmp_path / "masks" / f"{name}.nii.gz"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(scan), subject.hu)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(mask), subject.truth)
    for get in ("GetOrigin", "GetSpacing", "GetDirection"):
        np.testing.assert_allclose(getattr(scan, get)(), getattr(mask, get)(), atol=1e-3)


@pytest.mark.parametrize("tilt", [-12.5, 21.0])
def test_a_tilted_scan_is_read_back_with_its_tilt_and_its_mask(tilt, tmp_path):
    spec = PhantomSpec(matrix=64, slice_thickness_mm=10.0, gantry_tilt_degrees=tilt)
    write_cohort(spec, [0], tmp_path)
    subject, name = make_subject(spec, 0), subject_name(0)
    volume = read_study(sorted((tmp_path / "dicom" / name).iterdir()))[0][0].volume
    np.testing.assert_array_equal(volume.hu, subject.hu)
    assert volume.geometry.tilt_degrees() == pytest.approx(abs(tilt), abs=0.01)
    np.testing.assert_array_equal(read_mask(tmp_path / "masks" / f"{name}.nii.gz", volume), subject.truth)


def test_uneven_slices_are_read_back_where_they_lie(tmp_path):
    spec = PhantomSpec(matrix=64, gantry_tilt_degrees=0.0)
    index = next(i for i in range(200) if np.ptp(geometry_of(spec, i).gaps) > 1)
    write_cohort(spec, [index], tmp_path)
    name = subject_name(index)
    volume = read_study(sorted((tmp_path / "dicom" / name).iterdir()))[0][0].volume
    np.testing.assert_allclose(volume.geometry.gaps, geometry_of(spec, index).gaps, atol=1e-6)
    assert read_mask(tmp_path / "masks" / f"{name}.nii.gz", volume).shape == volume.hu.shape
