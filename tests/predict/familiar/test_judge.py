"""What no head CT is, is refused or named; heads are neither."""

import numpy as np
import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.errors import ScanError
from bleedmap.predict.familiar.judge import judge
from bleedmap.predict.scan import read_scan
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.mr_scale import to_display_scale
from bleedmap.volumes.nifti import MR_BYTES, write_nifti
from bleedmap.volumes.nifti_file import read_canonical
from tests.predict.familiar import made_up

BRAIN = SkullInteriorSpec()


@pytest.fixture(scope="module")
def real_mr(real_data):
    """A real T2 on the display scale, shaded as it is, and its brain mask."""
    stored, affine, _ = read_canonical(real_data / "mri_lesion" / "T2.nii", MR_BYTES)
    mr = CtVolume(to_display_scale(stored, None), Geometry.from_affine(affine, len(stored)), intensity="mr")
    return mr, brain_mask(BRAIN, mr)


def as_read(volume, folder):
    """The volume as ``predict`` has it from a NIfTI file."""
    write_nifti(folder / "scan.nii.gz", volume.hu, volume.geometry)
    return read_scan(folder / "scan.nii.gz")


def test_healthy_phantoms_of_another_seed_are_not_flagged(healthy, known):
    assert [judge(*head, BRAIN, known) for head in healthy] == [[]] * len(healthy)


@pytest.mark.parametrize(
    ("volume", "told"),
    [
        (made_up.trunk(), "cm2|inside the brain mask|mL in 200 mm"),
        (made_up.trunk(pelvis_from=40), "cm2"),
        (made_up.trunk(pelvis_from=15), "inside the brain mask|mL in 200 mm"),
        (made_up.water(), "no skull encloses a brain"),
        (made_up.water(wall_hu=950), "median of 0 HU"),
        (made_up.stripped_mr(middle=55), "cm2"),
    ],
    ids=["abdomen", "pelvis", "abdomen-and-pelvis", "water", "water-in-teflon", "bright-stripped-mr"],
)
def test_what_is_no_head_is_refused_in_one_sentence(volume, told, judged, tmp_path):
    with pytest.raises(ScanError, match=told) as refused:
        judged(as_read(volume, tmp_path))
    assert refused.value.code == "no-head"
    assert "\n" not in str(refused.value)


def test_a_trunk_no_larger_than_a_head_is_flagged(judged, tmp_path):
    assert {"brain-hu-high", "skull-share-low"} <= set(judged(as_read(made_up.small_trunk(), tmp_path)))


def test_a_stripped_mr_with_values_as_those_of_brain_is_flagged(judged, tmp_path):
    found = judged(as_read(made_up.stripped_mr(middle=30), tmp_path))
    assert {"skull-share-low", "bone-share-low"} <= set(found)


def test_one_slice_is_flagged(judged, tmp_path):
    assert judged(as_read(made_up.head(slices=1), tmp_path)) == ["slices-low"]


def test_a_head_in_thick_noisy_slices_on_a_wide_field_is_flagged_by_name(judged):
    head = made_up.head(slices=9, gap_mm=15.0, pixel_mm=3.0)
    noisy = head.hu + np.random.default_rng(1).normal(0, 30, head.hu.shape)
    found = judged(CtVolume(noisy.clip(-1024, 3071).astype(np.int16), head.geometry))
    assert {"slice-mm-high", "pixel-mm-high", "field-mm-high", "noise-hu-high", "slices-low"} <= set(found)


def test_flags_of_the_reader_and_of_the_brain_mask_are_told_too(known):
    head = made_up.head()
    brain = brain_mask(BRAIN, head)
    brain[:, 60:68, 60:68] = 0
    tilted = CtVolume(head.hu, head.geometry, flags=("tilted",))
    assert {"brain-holes", "tilted"} <= set(judge(tilted, brain, BRAIN, known))


def test_half_a_skull_is_flagged_and_none_in_a_scan_with_bone_is_refused(known):
    head = made_up.head()
    brain = brain_mask(BRAIN, head)
    half, rest = head.hu.copy(), head.hu.copy()
    half[(half > 150) & (np.arange(128) > 80)] = 20
    rest[(rest > 150) & (np.arange(128) > 30)] = 20
    rest[:, 100:, 50:78] = 900  # a spine far behind
    assert "skull-share-low" in judge(CtVolume(half, head.geometry), brain, BRAIN, known)
    with pytest.raises(ScanError, match="bone around"):
        judge(CtVolume(rest, head.geometry), brain, BRAIN, known)


@pytest.mark.real
def test_a_real_head_is_known_to_phantoms(real_data, judged):
    assert judged(read_scan(real_data / "dicom" / "GE")) == ["tilted", "uneven"]


@pytest.mark.real
@pytest.mark.parametrize("folder", ["Philips_S21570_S2010", "Philips_S21610_S3010"])
def test_a_plastic_head_is_refused(real_data, folder, judged):
    with pytest.raises(ScanError, match="no-head"):
        judged(read_scan(real_data / "dicom" / folder))


@pytest.mark.real
def test_a_real_stripped_ct_is_flagged(real_data, judged):
    found = judged(read_scan(real_data / "nifti" / "scct_unsmooth_SS_0.01.nii.gz"))
    assert {"skull-share-low", "bone-share-low", "slice-mm-low"} <= set(found)


@pytest.mark.real
@pytest.mark.parametrize("whitest", [120, 180, 255])
def test_a_real_mr_stripped_and_in_8_bits_is_refused_or_flagged(real_mr, whitest, judged, tmp_path):
    mr, brain = real_mr
    grey = np.where(brain > 0, np.clip(mr.hu * (whitest / 200), 1, 255), 0).astype(np.int16)
    try:
        found = judged(as_read(CtVolume(grey, mr.geometry), tmp_path))
    except ScanError as refused:
        assert refused.code in {"not-hu", "no-head"}
    else:
        assert {"skull-share-low", "brain-spread-hu-high"} <= set(found)


@pytest.mark.real
def test_a_real_mr_read_as_ct_is_refused(real_data):
    with pytest.raises(ScanError, match="not-hu"):
        read_scan(real_data / "mri_lesion" / "T2.nii")
