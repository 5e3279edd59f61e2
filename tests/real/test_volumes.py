"""Readers and brain masks on real files."""

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_rescale

from bleedmap.brain.gates import flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import FolderSpec
from bleedmap.config.slices import SliceSpec
from bleedmap.datasets import listing, reading
from bleedmap.errors import ScanError
from bleedmap.slices.resample_scan import resample_scan
from bleedmap.volumes.dicom.study import read_study
from bleedmap.volumes.nifti import read_mask, read_nifti
from bleedmap.volumes.picture import read_grey, read_picture_mask
from bleedmap.volumes.regular import onto_grid, to_regular

pytestmark = pytest.mark.real


def only_volume(folder):
    found, faults = read_study(sorted(folder.iterdir()))
    assert faults == []
    assert len(found) == 1
    return found[0].volume


@pytest.fixture(scope="module")
def ge(real_data):
    return only_volume(real_data / "dicom" / "GE")


def test_a_tilted_uneven_scan_keeps_its_geometry(ge):
    assert ge.hu.shape == (28, 512, 512)
    assert (ge.hu.min(), ge.hu.max()) == (-1024, 2121)
    assert ge.geometry.tilt_degrees() == pytest.approx(18.5, abs=0.01)
    steps = np.linalg.norm(np.diff(ge.geometry.origins, axis=0), axis=1)
    assert sorted({round(float(step), 2) for step in steps}) == [1.14, 4.22, 7.38]
    assert not ge.geometry.is_even()
    assert ge.flags == ("tilted", "uneven")


@pytest.mark.parametrize("folder", ["GE", "Philips_S21570_S2010", "Philips_S21610_S3010"])
def test_each_slice_has_the_hu_and_place_of_its_file(real_data, folder):
    files = {path.name: path for path in (real_data / "dicom" / folder).iterdir()}
    found, _ = read_study(sorted(files.values()))
    volume = found[0].volume
    for hu, origin, key, name in zip(
        volume.hu, volume.geometry.origins, volume.slice_keys, found[0].file_names, strict=True
    ):
        data = pydicom.dcmread(files[name])
        assert key == data.SOPInstanceUID
        np.testing.assert_array_equal(origin, data.ImagePositionPatient)
        np.testing.assert_array_equal(hu, apply_rescale(data.pixel_array, data).clip(-1024, 3071))


@pytest.mark.parametrize(
    ("folder", "slices", "tilt", "gap"),
    [("Philips_S21570_S2010", 28, 0.0, 5.0), ("Philips_S21610_S3010", 58, 16.5, 2.397)],
)
def test_regular_series_are_read(real_data, folder, slices, tilt, gap):
    geometry = only_volume(real_data / "dicom" / folder).geometry
    assert len(geometry.origins) == slices
    assert geometry.is_even()
    assert geometry.tilt_degrees() == pytest.approx(tilt, abs=0.01)
    assert geometry.slice_spacing == pytest.approx(gap, abs=1e-3)


@pytest.mark.parametrize(
    ("folder", "code"), [("Philips_S21570_S1000", "localizer"), ("Philips_S21570_S4010", "not-an-image-slice")]
)
def test_what_is_no_scan_is_refused(real_data, folder, code):
    found, faults = read_study(sorted((real_data / "dicom" / folder).iterdir()))
    assert found == []
    assert [fault.code for fault in faults] == [code]


@pytest.mark.parametrize("name", ["scct.nii", "scct_stripped.nii", "CT_pitch.nii.gz"])
def test_other_units_than_hu_are_refused(real_data, name):
    with pytest.raises(ScanError) as refused:
        read_nifti(real_data / "nifti" / name)
    assert refused.value.code == "not-hu"


def test_a_skull_stripped_template_is_read_with_its_mask(real_data):
    volume = read_nifti(real_data / "nifti" / "scct_unsmooth_SS_0.01.nii.gz")
    mask = read_mask(real_data / "nifti" / "scct_unsmooth_SS_0.01_Mask.nii.gz", volume)
    found = brain_mask(SkullInteriorSpec(), volume)
    assert 2 * (mask & found).sum() / (mask.sum() + found.sum()) > 0.99


def test_the_brain_of_a_real_scan_has_a_plausible_volume_and_stays_off_the_face(ge):
    mask = brain_mask(SkullInteriorSpec(), ge)
    assert flags(SkullInteriorSpec(), mask, ge) == []
    areas = mask.sum(axis=(1, 2)) * 0.488**2 / 100
    assert areas.max() == pytest.approx(185, abs=15)
    assert not mask[:4].any()
    assert not mask[:9, :100].any()


def test_a_mask_goes_to_the_regular_grid_and_back(ge):
    mask = brain_mask(SkullInteriorSpec(), ge)
    regular = to_regular(ge)
    assert regular.geometry.is_even()
    small = brain_mask(SkullInteriorSpec(), regular)
    back = onto_grid(small, regular.geometry, ge.geometry, ge.hu.shape)
    assert 2 * (mask & back).sum() / (mask.sum() + back.sum()) > 0.95


def test_pictures_of_every_kind_are_read_and_masked(real_data):
    spec = SkullInteriorSpec(bone_hu=78)
    covered = []
    for path in sorted((real_data / "head_ct").glob("*.png"))[::3]:
        volume = read_grey(path, (40, 80))
        mask = brain_mask(spec, volume)
        assert mask.mean() > 0.1
        truth = path.parent / "masks" / path.name
        if truth.exists():
            blood = read_picture_mask(truth)
            assert blood.shape == volume.hu[0].shape
            covered.append((mask[0] & blood).sum() / blood.sum())
    assert np.mean(covered) > 0.95


def test_a_real_t2_scan_comes_to_the_working_grid_with_its_brain_and_its_lesion(real_data, tmp_path):
    (tmp_path / "masks").mkdir()
    for name, place in (("T2", tmp_path / "scan.nii"), ("lesionT2", tmp_path / "masks" / "scan.nii")):
        place.write_bytes((real_data / "mri_lesion" / f"{name}.nii").read_bytes())
    spec = FolderSpec(root=tmp_path, masks=tmp_path / "masks", modality="mr")
    (source,) = listing(spec).list_sources(spec)
    (scan,) = reading(spec).read(spec, source)
    volume, lesion, voxel_ml = scan.volume, scan.truth > 0, scan.volume.geometry.voxel_ml[0]
    assert volume.intensity == "mr"
    assert lesion.sum() * voxel_ml == pytest.approx(37.9, abs=0.2)
    assert np.median(volume.hu[lesion]) > 1.5 * np.median(volume.hu[(volume.hu > 0) & ~lesion])

    brain = brain_mask(SkullInteriorSpec(), volume)
    assert 1300 < brain.sum() * voxel_ml < 1700
    assert brain[lesion].mean() > 0.98

    working = resample_scan(volume, brain, SliceSpec(size=160, field_of_view_mm=200))
    on_grid = working.box.take_labels(scan.truth, 160) > 0
    assert on_grid.sum(axis=(1, 2)) @ working.voxel_ml == pytest.approx(37.9, rel=0.03)
