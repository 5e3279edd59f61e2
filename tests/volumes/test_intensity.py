import numpy as np
import pytest

from bleedmap.errors import ScanError
from bleedmap.provenance.archive import write_archive
from bleedmap.volumes.ct_volume import CtVolume, Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.intensity import require_hu_intensity
from bleedmap.volumes.mr_scale import to_display_scale
from bleedmap.volumes.nifti import read_nifti, write_nifti
from bleedmap.volumes.regular import to_regular
from bleedmap.volumes.scan_archive import add_scan, read_scan

SHAPE = (4, 20, 20)


@pytest.fixture
def signal():
    """A stripped MR: background 0, brain of 200 to 1200, a lesion of 3000 in two voxels."""
    values = np.zeros(SHAPE, dtype=np.float32)
    values[:, 4:16, 4:16] = np.random.default_rng(0).uniform(200, 1200, (4, 12, 12))
    values[1, 8, 8:10] = 3000
    return values


def geometry(tilt=0.0):
    origins = np.arange(SHAPE[0])[:, None] * np.array([0.0, tilt, 5.0])
    return Geometry(origins, row_step=np.array([0.0, 0.5, 0]), column_step=np.array([0.5, 0, 0]))


def test_the_background_of_a_stripped_mr_is_air_and_nothing_else_is(signal):
    shown = to_display_scale(signal, None)
    assert shown.dtype == np.int16
    np.testing.assert_array_equal(shown == -1024, signal == 0)


def test_signal_keeps_its_order_and_a_lesion_stays_the_brightest(signal):
    shown = to_display_scale(signal, None)
    order = np.argsort(signal[signal > 0])
    assert (np.diff(shown[signal > 0][order]) >= 0).all()
    assert shown[1, 8, 8] > 200 >= shown[0].max() - 5
    assert shown[signal > 0].min() >= 0


@pytest.mark.parametrize("factor", [0.01, 7.0])
def test_the_unit_of_the_signal_does_not_matter(signal, factor):
    assert np.abs(to_display_scale(signal * factor, None).astype(int) - to_display_scale(signal, None)).max() <= 1


def test_an_mr_with_noise_around_the_head_has_no_background_of_air(signal):
    noisy = signal + np.random.default_rng(1).uniform(1, 40, SHAPE)
    shown = to_display_scale(noisy, None)
    assert shown.min() == 0
    assert np.median(shown[signal == 0]) == 0


def test_holes_without_a_number_are_background(signal):
    signal[0, 0, 0] = np.nan
    assert to_display_scale(signal, None)[0, 0, 0] == -1024


@pytest.mark.parametrize("value", [0, 5, np.nan])
def test_a_scan_without_signal_is_refused(value):
    with pytest.raises(ScanError, match="no-signal"):
        to_display_scale(np.full(SHAPE, value, dtype=np.float32), None)


def test_a_nifti_file_is_mr_where_the_data_set_says_so_and_no_ct(tmp_path, signal):
    path = tmp_path / "mr.nii.gz"
    write_nifti(path, signal, geometry())
    volume = read_nifti(path, "mr")
    assert volume.intensity == "mr"
    np.testing.assert_array_equal(volume.hu == -1024, signal == 0)
    with pytest.raises(ScanError, match="not-hu"):
        read_nifti(path)


def test_a_ct_is_not_read_as_mr(tmp_path):
    hu = np.random.default_rng(0).integers(-1005, -995, SHAPE).astype(np.int16)
    hu[:, 4:16, 4:16] = 30
    write_nifti(tmp_path / "ct.nii.gz", hu, geometry())
    with pytest.raises(ScanError, match="not-mr"):
        read_nifti(tmp_path / "ct.nii.gz", "mr")


@pytest.mark.parametrize("intensity", ["mr", "picture"])
def test_what_needs_hu_refuses_other_values_by_name(intensity):
    volume = CtVolume(np.zeros(SHAPE, dtype=np.int16), geometry(), intensity=intensity)
    with pytest.raises(ScanError, match="needs-hu") as refused:
        require_hu_intensity(volume, "mask hu_threshold")
    assert "mask hu_threshold" in str(refused.value)
    require_hu_intensity(CtVolume(volume.hu, geometry()), "mask hu_threshold")


@pytest.mark.parametrize("intensity", ["hu", "mr", "picture"])
def test_an_archive_and_a_resampling_keep_what_the_values_are(tmp_path, intensity):
    volume = CtVolume(np.full(SHAPE, 20, dtype=np.int16), geometry(tilt=1.0), intensity=intensity)
    assert to_regular(volume).intensity == intensity
    with write_archive(tmp_path / "scans.zip") as archive:
        add_scan(archive, Scan("a", "p", volume, np.zeros(4, dtype=np.int8)))
    assert read_scan(tmp_path / "scans.zip", "a").volume.intensity == intensity


def test_an_archive_keeps_what_is_known_of_subtypes(tmp_path):
    volume = CtVolume(np.zeros(SHAPE, dtype=np.int16), geometry())
    labels, truth = np.zeros(4, dtype=np.int8), np.zeros(SHAPE, dtype=np.uint8)
    of_scan = np.array([1, 0, -1, 0, 1], dtype=np.int8)
    with write_archive(tmp_path / "scans.zip") as archive:
        add_scan(archive, Scan("a", "p", volume, labels, truth, scan_subtypes=of_scan, truth_subtypes=True))
        add_scan(archive, Scan("b", "p", volume, labels, truth))
    first, second = (read_scan(tmp_path / "scans.zip", name) for name in "ab")
    np.testing.assert_array_equal(first.scan_subtypes, of_scan)
    assert first.truth_subtypes
    assert second.scan_subtypes is None
    assert not second.truth_subtypes


def test_a_voxel_stands_for_half_the_gap_to_either_neighbour():
    uneven = Geometry(
        np.array([[0.0, 0, 0], [0, 0, 4], [0, 0, 10]]),
        row_step=np.array([0.0, 0.5, 0]),
        column_step=np.array([2.0, 0, 0]),
    )
    np.testing.assert_allclose(uneven.voxel_ml, np.array([4.0, 5.0, 6.0]) / 1000)


def test_a_picture_has_no_volume():
    flat = Geometry(np.zeros((1, 3)), row_step=np.array([0.0, 1, 0]), column_step=np.array([1.0, 0, 0]), in_mm=False)
    assert flat.voxel_ml is None


def test_a_tilted_gantry_does_not_make_a_voxel_larger():
    tilt = np.radians(20)
    row_step = np.array([0.0, np.cos(tilt), -np.sin(tilt)]) * 0.5
    tilted = Geometry(np.arange(3)[:, None] * np.array([0.0, 0, 5]), row_step, np.array([0.5, 0.0, 0]))
    np.testing.assert_allclose(tilted.voxel_ml, 5 * np.cos(tilt) * 0.25 / 1000)
