"""Outputs of real series beside the series itself, in highdicom, SimpleITK and dcmqi."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from PIL import Image

from bleedmap.predict.outputs import write_outputs
from bleedmap.predict.outputs.coding import rgb
from bleedmap.predict.preview import COLUMNS, SIDE
from tests.predict.planted import LABEL, planted

pytestmark = pytest.mark.real

SUBDURAL = rgb("#2fd38a")


@pytest.fixture(scope="module", params=["GE", "Philips_S21570_S2010", "Philips_S21610_S3010"])
def written(request, real_data, tmp_path_factory):
    """Folder of a real series, a lesion planted in it, and the folder of its outputs."""
    source, out = real_data / "dicom" / request.param, tmp_path_factory.mktemp(request.param)
    found = planted(source, subtypes=True)
    said = write_outputs(found, source, out)
    assert said.faults == [] or {fault["code"] for fault in said.faults} == {fault.code for fault in found.faults}
    return source, found, out


def images_of(source):
    """Headers of the slices by SOPInstanceUID, and their files."""
    files = {path: pydicom.dcmread(path, stop_before_pixels=True) for path in sorted(source.iterdir())}
    return {str(data.get("SOPInstanceUID")): (path, data) for path, data in files.items()}


def test_highdicom_gives_the_mask_back_voxel_for_voxel(written):
    _, found, out = written
    seg = hd.seg.segread(out / "mask.dcm")
    # these scanners store slices as this project holds them
    pixels = seg.get_pixels_by_source_instance(list(found.volume.slice_keys), combine_segments=True)
    np.testing.assert_array_equal(np.array([0, 1, LABEL])[pixels], found.labels)
    probability = hd.seg.segread(out / "probability.dcm").get_pixels_by_source_instance(list(found.volume.slice_keys))
    assert np.abs(probability[..., 0] - found.probability).max() <= 0.5 / 255 + 1e-6


def test_simpleitk_sees_every_frame_on_its_slice(written):
    source, found, out = written
    images, data = images_of(source), pydicom.dcmread(out / "mask.dcm", stop_before_pixels=True)
    frames = sitk.GetArrayFromImage(sitk.ReadImage(out / "mask.dcm")) > 0
    by_key = dict(zip(found.volume.slice_keys, found.labels, strict=True))
    for frame, groups in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        key = groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        label = (1, LABEL)[groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber - 1]
        np.testing.assert_array_equal(frame, by_key[key] == label)
        image = sitk.ReadImage(images[key][0])
        np.testing.assert_allclose(groups.PlanePositionSequence[0].ImagePositionPatient, image.GetOrigin(), atol=1e-3)


def test_simpleitk_finds_the_nifti_mask_at_the_pixels_of_the_slices(written):
    source, found, out = written
    images = images_of(source)
    is_plain = not (out / "mask_even.nii.gz").is_file()
    mask = sitk.ReadImage(out / ("mask.nii.gz" if is_plain else "mask_even.nii.gz"))
    resample = sitk.ResampleImageFilter()
    resample.SetInterpolator(sitk.sitkNearestNeighbor)
    agree = total = 0
    for key, labels in zip(found.volume.slice_keys, found.labels, strict=True):
        resample.SetReferenceImage(sitk.ReadImage(images[key][0]))
        there = sitk.GetArrayFromImage(resample.Execute(mask))[0]
        agree, total = (
            agree + 2 * np.count_nonzero((there == labels) & (labels > 0)),
            total + np.count_nonzero(labels) + np.count_nonzero(there),
        )
    # a Dice of 1 where nothing was resampled; one slice aside would be below 0.9
    assert agree / total > (0.9999 if is_plain else 0.94)


def test_dcmqi_gives_the_mask_back_voxel_for_voxel(written, tmp_path):
    beside = os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)])
    tool = shutil.which("segimage2itkimage", path=beside)
    if tool is None:
        pytest.skip("no segimage2itkimage on this machine (PyPI package dcmqi)")
    _, _, out = written
    ending = "_even" if (out / "mask_even.dcm").is_file() else ""
    words = [tool, "--inputDICOM", out / f"mask{ending}.dcm", "--outputDirectory", tmp_path, "-t", "nii", "-p", "seg"]
    subprocess.run(words, check=True, capture_output=True)
    image = nib.load(out / f"mask{ending}.nii.gz")
    for segment, label in enumerate((1, LABEL), start=1):
        theirs = nib.load(tmp_path / f"seg-{segment}.nii.gz")
        to_ours = np.linalg.inv(image.affine) @ theirs.affine
        voxels = nib.affines.apply_affine(to_ours, np.argwhere(np.asarray(theirs.dataobj) > 0))
        assert np.abs(voxels - np.rint(voxels)).max() < 0.05
        ours = np.argwhere(np.asarray(image.dataobj) == label)
        assert {tuple(each) for each in np.rint(voxels).astype(int)} == {tuple(each) for each in ours}


def test_dciodvfy_finds_no_error(written):
    tool = shutil.which("dciodvfy")
    if tool is None:
        pytest.skip("no dciodvfy on this machine (Debian package dicom3tools)")
    _, _, out = written
    for file in sorted(out.glob("*.dcm")):
        done = subprocess.run([tool, file], capture_output=True, text=True, check=False)
        told = (done.stderr + done.stdout).splitlines()
        assert [line for line in told if line.startswith(("Error", "Abort"))] == []


def test_the_preview_outlines_what_was_planted(written):
    _, found, out = written
    picture = np.asarray(Image.open(out / "overlay.png"))
    lit = np.any(found.volume.hu > 0, axis=0)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    scale = SIDE / max(len(lit[rows[0] : rows[-1] + 1]), columns[-1] + 1 - columns[0])
    height, width = (round(scale * (each[-1] + 1 - each[0])) for each in (rows, columns))
    index = int((found.labels == LABEL).sum(axis=(1, 2)).argmax())
    top, left = index // COLUMNS * height, index % COLUMNS * width
    drawn = np.argwhere((picture[top : top + height, left : left + width] == SUBDURAL).all(axis=2))
    true = (np.argwhere(found.labels[index] == LABEL) - [rows[0], columns[0]]) * scale
    assert np.abs(drawn.min(axis=0) - true.min(axis=0)).max() <= 3
    assert np.abs(drawn.max(axis=0) - true.max(axis=0)).max() <= 3
