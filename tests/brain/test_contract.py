"""What every brain method that the config knows has to keep; whoever adds one inherits these tests."""

import sys
from typing import get_args

import numpy as np
import pytest

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import AnyBrain
from bleedmap.errors import ScanError
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import write_nifti

SPECS = {spec.model_fields["method"].default: spec for spec in get_args(get_args(AnyBrain)[0])}
OF_CT = [method for method in SPECS if method != "mr_brain"]  # its own heads are in test_mr_brain
SHAPE, STEP_MM = (6, 64, 60), 3.0


def geometry(slices=SHAPE[0]):
    return Geometry.from_affine(np.diag([-STEP_MM, -STEP_MM, 10.0, 1.0]), slices)


def inside(shape=SHAPE):
    """An oval of 72 by 66 mm to either side, growing from the foot to the middle."""
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    wide = 1 - 0.06 * np.abs(z - shape[0] / 2)
    return ((y - 32) / (24 * wide)) ** 2 + ((x - 30) / (22 * wide)) ** 2 < 1


def head():
    """Air, a skull of two pixels, brain of 30 HU with a bleed of 70."""
    from scipy import ndimage

    brain = inside()
    skull = np.stack([ndimage.binary_dilation(slice_, iterations=2) for slice_ in brain]) & ~brain
    hu = np.where(brain, 30, np.where(skull, 900, -1000)) + np.random.default_rng(0).integers(-3, 4, SHAPE)
    hu[2:4, 28:36, 20:26] = 70
    return CtVolume(hu.astype(np.int16), geometry())


def stripped_mr():
    signal = np.random.default_rng(0).integers(80, 200, SHAPE)
    return CtVolume(np.where(inside(), signal, -1024).astype(np.int16), geometry(), intensity="mr")


@pytest.fixture(scope="module")
def spec_of(tmp_path_factory):
    """The spec of a method with what it cannot do without: a folder with masks, or a command that draws one."""
    folder = tmp_path_factory.mktemp("masks")
    write_nifti(folder / "scan.nii.gz", inside().astype(np.uint8), geometry())
    program = folder / "threshold.py"
    program.write_text(
        "import sys, nibabel, numpy\n"
        "ct = nibabel.load(sys.argv[1])\n"
        "hu = numpy.asarray(ct.dataobj)\n"
        "nibabel.Nifti1Image(((hu > 0) & (hu < 300)).astype('uint8'), ct.affine).to_filename(sys.argv[2])\n"
    )
    needed = {
        "precomputed": {"folder": folder},
        "external": {"command": f"{sys.executable} {program} {{ct}} {{mask}}"},
    }
    return lambda method: SPECS[method](**needed.get(method, {}))


@pytest.mark.parametrize("method", OF_CT)
def test_a_mask_is_a_byte_a_voxel_0_or_1_and_the_same_every_time(spec_of, method):
    volume = head()
    before = volume.hu.copy()
    mask = brain_mask(spec_of(method), volume, "scan")
    assert mask.dtype == np.uint8
    assert mask.shape == volume.hu.shape
    assert set(np.unique(mask)) == {0, 1}
    np.testing.assert_array_equal(brain_mask(spec_of(method), volume, "scan"), mask)
    np.testing.assert_array_equal(volume.hu, before)


@pytest.mark.parametrize("method", OF_CT)
def test_a_mask_covers_the_brain_and_its_bleed(spec_of, method):
    mask, truth = brain_mask(spec_of(method), head(), "scan") > 0, inside()
    dice = 2 * (mask & truth).sum() / (mask.sum() + truth.sum())
    assert dice > 0.9
    assert mask[2:4, 28:36, 20:26].mean() > 0.95


EMPTY = {
    "air": np.full(SHAPE, -1000),
    "the lowest value": np.full(SHAPE, -1024),
    "soft tissue": np.full(SHAPE, 30),
    "bone": np.full(SHAPE, 1000),
    "one bright voxel": np.where(np.arange(np.prod(SHAPE)).reshape(SHAPE) == 0, 1000, -1000),
    "two slices": np.full((2, *SHAPE[1:]), -1000),
}


@pytest.mark.parametrize("hu", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("method", SPECS)
def test_a_scan_without_a_head_ends_in_a_mask_or_a_sentence(spec_of, method, hu):
    volume = CtVolume(hu.astype(np.int16), geometry(len(hu)))
    try:
        mask = brain_mask(spec_of(method), volume, "scan")
    except ScanError as refused:
        assert refused.remedy
    else:
        assert mask.dtype == np.uint8
        assert mask.shape == hu.shape
        assert set(np.unique(mask)) <= {0, 1}


@pytest.mark.parametrize("method", SPECS)
def test_a_stripped_mr_has_its_mask_or_is_refused_by_name(spec_of, method):
    try:
        mask = brain_mask(spec_of(method), stripped_mr(), "scan")
    except ScanError as refused:
        assert refused.code == "needs-hu"
        assert method in refused.found
        assert method not in {"skull_interior", "mr_brain", "precomputed", "external"}
    else:
        np.testing.assert_array_equal(mask > 0, inside())


def test_an_mr_with_its_skull_is_refused_by_the_methods_that_look_for_it(spec_of):
    whole = CtVolume(np.random.default_rng(0).integers(0, 200, SHAPE).astype(np.int16), geometry(), intensity="mr")
    for method in ("muschelli", "convex_hull"):
        with pytest.raises(ScanError, match="needs-hu"):
            brain_mask(spec_of(method), whole, "scan")
