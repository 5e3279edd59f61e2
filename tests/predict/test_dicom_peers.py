"""DICOM objects under the eyes of others: dciodvfy, dicom-validator and dcmqi; each is skipped where it is absent."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from bleedmap.predict.outputs import write_outputs
from tests.predict.planted import LABEL, UNEVEN, planted, write_scan

SCANS = {"plain": {}, "tilted-uneven": {"gaps": UNEVEN, "tilt": 18.0}}


@pytest.fixture(scope="module", params=SCANS)
def written(request, tmp_path_factory):
    """Name of a scan, the folder of its outputs, and what was written."""
    folder = tmp_path_factory.mktemp(request.param)
    source = write_scan(folder / "scan", **SCANS[request.param])
    return request.param, folder / "out", write_outputs(planted(source, subtypes=True), source, folder / "out")


def program(name, package):
    """Path of a program, on the path or beside the Python that runs."""
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
    if found is None:
        pytest.skip(f"no {name} on this machine ({package})")
    return found


def dicom_files(written):
    _, out, said = written
    files = [out / name for name in said.files if name.endswith(".dcm")]
    assert len(files) >= 3
    return files


def test_dciodvfy_finds_no_error(written):
    tool = program("dciodvfy", "Debian package dicom3tools")
    for file in dicom_files(written):
        done = subprocess.run([tool, file], capture_output=True, text=True, check=False)
        told = done.stderr + done.stdout
        assert "Segmentation" in told or "EnhancedSR" in told
        assert [line for line in told.splitlines() if line.startswith(("Error", "Abort"))] == []


def test_dicom_validator_finds_no_error(written):
    tool = program("validate_iods", "PyPI package dicom-validator")
    standard = os.environ.get("BLEEDMAP_DICOM_STANDARD")
    if standard is None:
        pytest.skip("set BLEEDMAP_DICOM_STANDARD to dicom-validator's folder of editions; it fills ~/dicom-validator")
    words = [tool, "--edition", "local", "--standard-path", standard]
    done = subprocess.run([*words, *dicom_files(written)], capture_output=True, text=True, check=False)
    assert done.stdout.count("SOP class is") == len(dicom_files(written))
    assert done.returncode == 0, done.stdout


def test_dcmqi_reads_the_mask_voxel_for_voxel(written, tmp_path):
    tool = program("segimage2itkimage", "PyPI package dcmqi")
    name, out, _ = written
    ending = "" if name == "plain" else "_even"
    words = [tool, "--inputDICOM", out / f"mask{ending}.dcm", "--outputDirectory", tmp_path, "-t", "nii", "-p", "seg"]
    subprocess.run(words, check=True, capture_output=True)
    image = nib.load(out / f"mask{ending}.nii.gz")
    ours = np.asarray(image.dataobj)
    for segment, label in enumerate((1, LABEL), start=1):
        theirs = nib.load(tmp_path / f"seg-{segment}.nii.gz")
        # they leave out empty slices, and may turn axes
        to_ours = np.linalg.inv(image.affine) @ theirs.affine
        voxels = nib.affines.apply_affine(to_ours, np.argwhere(np.asarray(theirs.dataobj) > 0))
        assert np.abs(voxels - np.rint(voxels)).max() < 0.01
        assert {tuple(each) for each in np.rint(voxels).astype(int)} == {
            tuple(each) for each in np.argwhere(ours == label)
        }


def test_dcmqi_reads_the_volumes_of_the_report(written, tmp_path):
    tool = program("tid1500reader", "PyPI package dcmqi")
    _, out, said = written
    subprocess.run(
        [tool, "--inputDICOM", out / "report.dcm", "--outputMetadata", tmp_path / "report.json"],
        check=True,
        capture_output=True,
    )
    read = json.loads((tmp_path / "report.json").read_text())
    volumes = {
        group["Finding"]["CodeMeaning"]: float(item["value"])
        for group in read["Measurements"]
        for item in group["measurementItems"]
        if item["quantity"]["CodeMeaning"] == "Volume"
    }
    own = {each.name: each.ml for each in said.classes}
    assert volumes == {"Cerebral hemorrhage": own["iph"], "Subdural intracranial hemorrhage": own["sdh"]}
