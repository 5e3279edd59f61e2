"""What is written of a prediction: in the place of the scan, whole, the same each time, and of whom nothing is told."""

import json
import zipfile
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest
from highdicom.legacy import LegacyConvertedEnhancedCTImage

from bleedmap.predict.outputs import FILES, write_outputs
from tests.predict.planted import LABEL, PATIENT, UNEVEN, edit, places, planted, write_scan

SCANS = {
    "plain": {},
    "tilted": {"tilt": 18.0},
    "uneven": {"gaps": UNEVEN},
    "tilted-uneven": {"gaps": UNEVEN, "tilt": -18.0},
    "upside-down": {"turn": "upside-down"},
    "mirrored": {"turn": "mirrored", "tilt": 12.0},
    "transposed": {"turn": "transposed"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of the outputs of a kind of scan with subtypes, and what was found; made once."""
    done = {}

    def of(name):
        if name not in done:
            folder = tmp_path_factory.mktemp(name)
            source = write_scan(folder / "scan", **SCANS[name])
            found = planted(source, subtypes=True)
            done[name] = folder / "out", found, write_outputs(found, source, folder / "out"), source
        return done[name]

    return of


def marked(seg, segment):
    """(n, 3) mm of the pixels of a segment, by header and pydicom alone, in no order."""
    data = pydicom.dcmread(seg)
    frames = data.pixel_array.reshape(-1, data.Rows, data.Columns)
    shared, found = data.SharedFunctionalGroupsSequence[0], []
    along, down = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, dtype=float).reshape(2, 3)
    row_mm, column_mm = shared.PixelMeasuresSequence[0].PixelSpacing
    for frame, groups in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        holder = groups if "SegmentIdentificationSequence" in groups else shared
        if holder.SegmentIdentificationSequence[0].ReferencedSegmentNumber == segment:
            rows, columns = np.nonzero(frame)
            position = np.array(groups.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
            found.append(position + rows[:, None] * down * row_mm + columns[:, None] * along * column_mm)
    return np.concatenate(found)


def same_places(one, other):
    def ordered(points):
        whole = np.rint(points * 20).astype(int)  # to a twentieth of a millimetre
        return whole[np.lexsort(whole.T)]

    assert len(one) == len(other)
    assert np.abs(ordered(one) - ordered(other)).max() <= 1


@pytest.mark.parametrize("name", SCANS)
def test_every_pixel_of_a_segment_lies_in_the_patient_where_the_voxel_lies(made, name):
    out, found, _, _ = made(name)
    where = places(found.volume.geometry, found.labels.shape)
    for segment, label in enumerate((1, LABEL), start=1):
        same_places(marked(out / "mask.dcm", segment), where[found.labels == label])


@pytest.mark.parametrize("name", ["plain", "tilted-uneven"])
def test_the_mask_comes_back_voxel_for_voxel_by_its_source_images(made, name):
    out, found, _, _ = made(name)
    seg = hd.seg.segread(out / "mask.dcm")
    pixels = seg.get_pixels_by_source_instance(list(found.volume.slice_keys), combine_segments=True)
    back = np.array([0, 1, LABEL])[pixels]
    np.testing.assert_array_equal(back, found.labels)
    probability = hd.seg.segread(out / "probability.dcm").get_pixels_by_source_instance(list(found.volume.slice_keys))
    assert np.abs(probability[..., 0] - found.probability).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(("name", "is_even"), [("plain", True), ("tilted", False), ("uneven", False)])
def test_a_scan_that_few_programs_place_also_gets_an_even_stack(made, name, is_even):
    out, _, said, _ = made(name)
    evens = {file for file in said.files if "even" in file}
    if is_even:
        assert evens == set()
        return
    assert evens == {"ct_even.nii.gz", "mask_even.dcm", "mask_even.nii.gz", "probability_even.nii.gz"}
    image = nib.load(out / "mask_even.nii.gz")
    labels = np.asarray(image.dataobj)
    for segment, label in enumerate((1, LABEL), start=1):
        voxels = np.argwhere(labels == label)
        ras = nib.affines.apply_affine(image.affine, voxels)
        same_places(marked(out / "mask_even.dcm", segment), ras * [-1, -1, 1])


def test_segments_say_what_they_are_who_made_them_and_what_they_are_not_for(made):
    out, found, _, source = made("plain")
    data = pydicom.dcmread(out / "mask.dcm")
    segments = [
        (int(each.SegmentNumber), each.SegmentLabel, each.SegmentedPropertyTypeCodeSequence[0].CodeValue)
        for each in data.SegmentSequence
    ]
    assert segments == [(1, "intraparenchymal", "274100004"), (2, "subdural", "35486000")]
    algorithm = data.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert algorithm.AlgorithmName == "bleedmap perfect"
    assert found.digest in algorithm.AlgorithmParameters
    for file in ("mask.dcm", "probability.dcm", "report.dcm"):
        assert pydicom.dcmread(out / file).SeriesDescription.startswith("Research use only")
    image = pydicom.dcmread(source / "000.dcm")
    for name in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientID", "PatientName", "StudyDate"):
        assert data[name].value == image[name].value
    referred = {each.ReferencedSOPInstanceUID for each in data.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
    assert referred == set(found.volume.slice_keys)


def test_the_report_gives_the_volume_of_every_segment(made):
    out, _, said, _ = made("tilted")
    report = hd.sr.srread(out / "report.dcm")
    groups = report.content.get_volumetric_roi_measurement_groups()
    volumes = {group.finding_type.value: group.get_measurements()[0] for group in groups}
    own = {each.name: each for each in said.classes}
    assert {code: each.value for code, each in volumes.items()} == {
        "274100004": own["iph"].ml,
        "35486000": own["sdh"].ml,
    }
    assert {each.unit.value for each in volumes.values()} == {"mL"}
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    mask = pydicom.dcmread(out / "mask.dcm")
    assert {group.referenced_segment.referenced_sop_instance_uid for group in groups} == {mask.SOPInstanceUID}


def test_an_enhanced_file_and_a_zip_are_segmented_as_the_slices_are(made, tmp_path):
    _, found, said, source = made("tilted")
    slices = [pydicom.dcmread(path) for path in sorted(source.iterdir())]
    for each in slices:
        each.SoftwareVersions, each.DeviceSerialNumber = "1", "1"
    # two in wrong order, so that frames are no slices
    slices[3], slices[5] = slices[5], slices[3]
    enhanced = LegacyConvertedEnhancedCTImage(slices, "1.2.3.4", 9, "1.2.3.4.5", 1)
    (tmp_path / "enhanced").mkdir()
    enhanced.save_as(tmp_path / "enhanced" / "all.dcm")
    with zipfile.ZipFile(tmp_path / "scan.zip", "w") as archive:
        for path in source.iterdir():
            archive.write(path, f"some/{path.name}")
    for path in (tmp_path / "enhanced", tmp_path / "scan.zip"):
        again = planted(path, subtypes=True)
        np.testing.assert_array_equal(again.labels, found.labels)
        told = write_outputs(again, path, tmp_path / "out")
        assert (told.faults, told.volume_ml) == ([], said.volume_ml)
        where = places(found.volume.geometry, found.labels.shape)
        same_places(marked(tmp_path / "out" / "mask.dcm", 2), where[found.labels == LABEL])


def test_where_nothing_is_found_there_is_an_empty_segment_and_a_volume_of_zero(tmp_path, caplog):
    source = write_scan(tmp_path / "scan")
    said = write_outputs(planted(source, subtypes=True, empty=True), source, tmp_path / "out")
    assert (said.faults, said.volume_ml, said.lesions, caplog.records) == ([], 0, [], [])
    seg = pydicom.dcmread(tmp_path / "out" / "mask.dcm")
    assert [each.SegmentLabel for each in seg.SegmentSequence] == ["hemorrhage"]
    assert not seg.pixel_array.any()
    (group,) = hd.sr.srread(tmp_path / "out" / "report.dcm").content.get_volumetric_roi_measurement_groups()
    assert [each.value for each in group.get_measurements()] == [0]


def test_the_same_prediction_is_the_same_bytes_and_leaves_nothing_of_another(made, tmp_path):
    out, found, said, source = made("tilted-uneven")
    write_outputs(planted(source), source, tmp_path)
    (tmp_path / "mine.txt").write_text("kept")
    write_outputs(found, source, tmp_path)
    names = {path.name for path in tmp_path.iterdir()} - {"mine.txt"}
    assert names == {"prediction.json", *said.files} <= set(FILES)
    for name in names:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name


def test_two_findings_in_one_scan_have_different_identifiers(made, tmp_path):
    out, _, _, source = made("plain")
    write_outputs(planted(source, subtypes=True, radii=(20, 20, 20)), source, tmp_path)
    for name in ("mask.dcm", "probability.dcm", "report.dcm"):
        one, other = (pydicom.dcmread(folder / name) for folder in (out, tmp_path))
        assert one.SOPInstanceUID != other.SOPInstanceUID
        assert one.SeriesInstanceUID != other.SeriesInstanceUID


def test_the_patient_is_named_in_dicom_alone(made):
    out, _, _, source = made("plain")
    image = pydicom.dcmread(source / "000.dcm")
    private = [PATIENT, "Jane", "secret-123", str(source), image.StudyInstanceUID, image.SOPInstanceUID]
    for path in out.iterdir():
        content = path.read_bytes()
        told = [word for word in private if word.encode() in content]
        assert bool(told) == (path.suffix == ".dcm"), (path.name, told)
        assert not any(word in path.name for word in private)


@pytest.mark.parametrize(
    "tags",
    [
        dict.fromkeys(["PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyTime", "SliceThickness"]),
        {"PatientIdentityRemoved": "YES", "DeidentificationMethod": ""},
        {"PatientName": "Röe^Jäne", "StudyDate": "2020.01.01", "PatientID": "x" * 80, "PatientSex": "F/M"},
    ],
    ids=["absent", "emptied", "odd"],
)
def test_poor_headers_are_no_hindrance(tmp_path, tags):
    source = write_scan(tmp_path / "scan")
    with pydicom.config.disable_value_validation():
        edit(source, **tags)
    said = write_outputs(planted(source), source, tmp_path / "out")
    assert said.faults == []
    assert len(pydicom.dcmread(tmp_path / "out" / "mask.dcm").SegmentSequence) == 1


def test_headers_that_cannot_be_referred_to_are_a_fault_and_the_rest_is_whole(tmp_path, capsys):
    source = write_scan(tmp_path / "scan")
    edit(source, FrameOfReferenceUID=None)
    said = write_outputs(planted(source), source, tmp_path / "out")
    assert [fault["code"] for fault in said.faults] == ["no-dicom-outputs"]
    assert "FrameOfReferenceUID" in said.faults[0]["found"]
    assert not said.is_clean
    assert {Path(name).suffix for name in said.files} == {".gz", ".csv", ".png", ".html"}
    assert "no-dicom-outputs" in (tmp_path / "out" / "result.html").read_text()
    assert "Roe" not in "".join(capsys.readouterr())


def test_a_scan_that_came_as_nifti_gets_no_dicom_and_no_fault(made, tmp_path):
    out, found, _, _ = made("plain")
    said = write_outputs(planted(out / "ct.nii.gz", subtypes=True), out / "ct.nii.gz", tmp_path)
    assert said.faults == []
    assert not any(name.endswith(".dcm") for name in said.files)
    image, source = nib.load(tmp_path / "mask.nii.gz"), nib.load(out / "ct.nii.gz")
    np.testing.assert_allclose(image.affine, source.affine, atol=1e-4)
    assert np.count_nonzero(image.dataobj) == np.count_nonzero(found.labels)


def test_the_summary_says_all_that_the_table_and_the_page_say(made):
    out, found, said, _ = made("tilted")
    told = json.loads((out / "prediction.json").read_text())
    assert told["use"].startswith("Research use only")
    assert told["probability"] == 0.9
    assert told["slices"] == len(told["slice_probability"]) == len(found.labels)
    assert told["bleeding_slices"] == np.flatnonzero(found.labels.any(axis=(1, 2))).tolist()
    assert [each["name"] for each in told["classes"]] == ["any", "iph", "ivh", "sah", "sdh", "edh"]
    assert said.is_clean
    assert told["flags"] == ["tilted"]
    page = (out / "result.html").read_text()
    for words in ("Research use only", "tilted by", f"{said.volume_ml:.1f} mL", "subdural", "mask_even.dcm"):
        assert words in page
    assert "://" not in page
