from dataclasses import replace

import numpy as np
import pytest

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.masks import dense_crf
from bleedmap.masks.dense_crf import foreground_probability
from tests.scenes import salient

SIZE = 64


@pytest.fixture
def scene():
    """A blob of 65 HU in noisy brain, and a CAM that is broad and lies beside it; with the blob."""
    row, column = np.mgrid[:SIZE, :SIZE]
    blob = np.hypot(row - 30, column - 30) < 9
    hu = np.where(blob, 65, 30) + np.random.default_rng(0).normal(0, 2, (SIZE, SIZE))
    cam = np.exp(-(np.hypot(row - 33, column - 33) ** 2) / (2 * 15**2))
    return slices_of(hu, cam), blob


def slices_of(hu, cam):
    return salient(hu[None], cam[None])


def make_masks(spec, slices):
    """(B, H, W) bool: where the labels are 1."""
    labels = dense_crf.make_masks(spec, slices, None).labels
    assert labels.dtype == np.uint8
    return labels == 1


def iou(one, other):
    return (one & other).sum() / (one | other).sum()


@pytest.mark.parametrize("unary", ["label", "cam"])
def test_a_sloppy_map_is_pulled_to_the_edges_of_the_blob(scene, unary):
    slices, blob = scene
    before = iou(slices.saliency[0] > 0.7, blob)
    after = iou(make_masks(DenseCrfSpec(unary=unary), slices)[0], blob)
    assert before < 0.7
    assert after > 0.9


@pytest.mark.parametrize("unary", ["label", "cam"])
def test_an_empty_map_stays_empty(scene, unary):
    slices, _ = scene
    empty = slices_of(slices.hu[0], np.zeros((SIZE, SIZE)))
    assert not make_masks(DenseCrfSpec(unary=unary), empty).any()


def test_nothing_outside_the_brain_is_marked(scene):
    slices, _ = scene
    brain = np.zeros((1, SIZE, SIZE), dtype=bool)
    brain[:, :, :30] = True
    mask = make_masks(DenseCrfSpec(), replace(slices, brain=brain))
    assert mask.any()
    assert not mask[~brain].any()


def test_the_same_slice_gives_the_same_mask_in_any_batch(scene):
    slices, _ = scene
    hu, cam = slices.hu[0], slices.saliency[0]
    twice = salient(np.stack([hu[::-1], hu]), np.stack([cam[::-1], cam]))
    alone = make_masks(DenseCrfSpec(), slices)
    np.testing.assert_array_equal(make_masks(DenseCrfSpec(), twice)[1], alone[0])


def test_the_cam_unary_is_one_half_at_the_threshold_and_rises_with_the_saliency():
    saliency = np.linspace(0, 1, 101, dtype=np.float32)[None]
    probability = foreground_probability(DenseCrfSpec(unary="cam", threshold=0.7), saliency)[0]
    assert probability[70] == pytest.approx(0.5, abs=1e-3)
    assert (np.diff(probability) > 0).all()
    assert 0 < probability[0] < probability[-1] < 1


@pytest.mark.parametrize("srgb", [1.0, 255.0])
def test_the_ends_of_the_grey_value_range_do_not_crash_the_solver(scene, srgb):
    slices, _ = scene
    assert make_masks(DenseCrfSpec(bilateral_srgb=srgb), slices).shape == (1, SIZE, SIZE)
