import numpy as np
import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import MrBrainSpec, SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.mr_scale import to_display_scale
from tests.heads import made_head

SPEC = PhantomSpec(matrix=96, slice_thickness_mm=6.0, modality="mr", prevalence=0.8)


def volume_of(signal, subject):
    slice_mm, row_mm, column_mm = subject.spacing
    geometry = Geometry.from_affine(np.diag([-column_mm, -row_mm, slice_mm, 1.0]), len(signal))
    return CtVolume(to_display_scale(signal, subject.spacing), geometry, intensity="mr")


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


@pytest.mark.parametrize("index", [0, 1])
def test_the_brain_of_a_whole_head_is_found_with_its_infarct(index):
    subject = made_head(SPEC, index)
    found = brain_mask(MrBrainSpec(), volume_of(subject.hu, subject)) > 0
    assert dice(found, subject.brain) > 0.9
    if subject.truth.any():
        assert found[subject.truth > 0].mean() > 0.97


def test_of_a_stripped_head_all_is_brain_also_for_the_default_method():
    subject = made_head(SPEC, 0)
    volume = volume_of(np.where(subject.brain, np.maximum(subject.hu, 1), 0), subject)
    found = brain_mask(SkullInteriorSpec(), volume) > 0
    assert found[subject.brain].all()
    assert dice(found, subject.brain) > 0.99


def test_a_ct_is_refused_by_name():
    geometry = Geometry.from_affine(np.diag([-1.0, -1.0, 5.0, 1.0]), 3)
    with pytest.raises(ScanError, match="needs-mr"):
        brain_mask(MrBrainSpec(), CtVolume(np.zeros((3, 20, 20), dtype=np.int16), geometry))


def test_noise_has_no_brain():
    noise = np.random.default_rng(0).integers(0, 40, (8, 40, 40)).astype(np.int16)
    geometry = Geometry.from_affine(np.diag([-4.0, -4.0, 5.0, 1.0]), 8)
    assert brain_mask(MrBrainSpec(), CtVolume(noise, geometry, intensity="mr")).mean() < 0.2
