"""What may be given to ``bleedmap predict``."""

import zipfile

import numpy as np
import pytest

from bleedmap.config.datasets import PhantomSpec
from bleedmap.errors import ScanError
from bleedmap.phantom.cohort import write_cohort
from bleedmap.predict.scan import read_scan
from bleedmap.volumes.nifti import write_nifti


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Folder of one phantom series."""
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10), [0], folder)
    return folder / "dicom" / "phantom-000"


def packed(files, archive):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for number, file in enumerate(files):
            opened.write(file, f"some/where/{number}{''.join(file.suffixes)}")
    return archive


def test_a_zip_is_read_as_its_folder_is(study, tmp_path):
    folder = read_scan(study)
    inside = read_scan(packed(sorted(study.iterdir(), reverse=True), tmp_path / "study.zip"))
    np.testing.assert_array_equal(inside.hu, folder.hu)
    np.testing.assert_array_equal(inside.geometry.origins, folder.geometry.origins)
    assert [file.name for file in tmp_path.iterdir()] == ["study.zip"]


def test_a_nifti_in_a_zip_is_read_as_the_file_is(study, tmp_path):
    volume = read_scan(study)
    write_nifti(tmp_path / "ct.nii.gz", volume.hu, volume.geometry)
    inside = read_scan(packed([tmp_path / "ct.nii.gz"], tmp_path / "ct.zip"))
    np.testing.assert_array_equal(inside.hu, read_scan(tmp_path / "ct.nii.gz").hu)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.zip", b"no zip", "unreadable-archive"), ("a.dcm", b"no scan", "not-dicom"), (None, b"", "no-scan")],
)
def test_what_is_no_scan_is_one_sentence(tmp_path, name, content, code):
    if name:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ScanError) as caught:
        read_scan(tmp_path / (name or "roe-jane"))
    assert caught.value.code == code
    assert str(tmp_path) not in str(caught.value)


def test_two_series_are_one_too_many(study, tmp_path):
    write_cohort(PhantomSpec(matrix=64, slice_thickness_mm=10, seed=2), [0], tmp_path)
    both = [*study.iterdir(), *(tmp_path / "dicom" / "phantom-000").iterdir()]
    with pytest.raises(ScanError, match="many-series"):
        read_scan(packed(both, tmp_path / "both.zip"))
