"""Ingestion of real series against highdicom (where voxels lie) and dcm2niix (what they hold, tilted or not)."""

import shutil
import subprocess

import nibabel as nib
import numpy as np
import pydicom
import pytest
from highdicom.spatial import PixelToReferenceTransformer
from nibabel.orientations import apply_orientation
from scipy.ndimage import shift

from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.nifti_file import to_canonical
from bleedmap.volumes.regular import to_regular

pytestmark = pytest.mark.real

GE, REGULAR, TILTED = "GE", "Philips_S21570_S2010", "Philips_S21610_S3010"


@pytest.fixture(scope="module")
def series(real_data):
    """The one CT series of a folder."""
    read = {}

    def of(name):
        if name not in read:
            (read[name],), _ = read_study(sorted((real_data / "dicom" / name).iterdir()))
        return read[name]

    return of


@pytest.fixture(scope="module")
def converted(real_data, tmp_path_factory):
    """What dcm2niix makes of a folder, by the ending of its file name, in this project's voxel order."""
    program = shutil.which("dcm2niix")
    if program is None:
        pytest.skip("no dcm2niix on this machine (Debian package dcm2niix)")

    def of(name, ending):
        out = tmp_path_factory.mktemp("dcm2niix")
        subprocess.run([program, "-z", "n", "-f", "scan", "-o", out, real_data / "dicom" / name], check=True)
        image = nib.load(out / f"scan{ending}.nii")
        return apply_orientation(np.asanyarray(image.dataobj), to_canonical(image.affine)).T.astype(np.float32)

    return of


@pytest.mark.parametrize("name", [GE, REGULAR, TILTED])
def test_every_slice_lies_where_highdicom_says(name, series, real_data):
    found = series(name)
    geometry = found.volume.geometry
    files = {}
    for path in sorted((real_data / "dicom" / name).iterdir()):
        data = pydicom.dcmread(path, stop_before_pixels=True)
        files[str(data.get("SOPInstanceUID"))] = data
    corners = np.array([[column, row] for column in (0, 511) for row in (0, 511)])
    for origin, uid in zip(geometry.origins, found.volume.slice_keys, strict=True):
        data = files[uid]
        # these scanners store slices as this project holds them, so pixels have one number in both
        place = PixelToReferenceTransformer(data.ImagePositionPatient, data.ImageOrientationPatient, data.PixelSpacing)
        ours = origin + corners @ np.stack([geometry.column_step, geometry.row_step])
        assert np.abs(place(corners) - ours).max() < 1e-3


@pytest.mark.parametrize("name", [GE, REGULAR, TILTED])
def test_native_voxels_are_those_of_dcm2niix(name, series, converted):
    np.testing.assert_array_equal(np.clip(converted(name, ""), -1024, 3071), series(name).volume.hu)


def difference(ours, theirs):
    """Mean absolute difference in HU where neither has filled in air."""
    both = (ours > -1000) & (theirs > -1000)
    assert both.mean() > 0.4
    return float(np.abs(ours - theirs)[both].mean())


def test_a_tilted_uneven_scan_is_straightened_as_by_dcm2niix(series, converted):
    volume, theirs = series(GE).volume, converted(GE, "_Tilt_Eq_1")
    length = float(np.ptp(volume.geometry.positions))
    ours = to_regular(volume, spacing_mm=length / (len(theirs) - 1)).hu.astype(np.float32)
    assert ours.shape == theirs.shape
    # one row off would be 18 HU
    assert difference(ours, theirs) < 0.5


def test_a_tilted_even_scan_is_straightened_as_by_dcm2niix(series, converted):
    ours = to_regular(series(TILTED).volume).hu.astype(np.float32)
    theirs = converted(TILTED, "_Tilt_1")
    assert ours.shape == theirs.shape
    # the two grids start a part of a row apart; one row is 12 HU
    apart = {
        offset: difference(shift(ours, (0, offset, 0), order=1, cval=-1024), theirs) for offset in (0, 0.375, 0.75)
    }
    assert apart[0.375] < 1.5
    assert min(apart[0], apart[0.75]) > 5
