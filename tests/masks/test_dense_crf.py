import sys
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from bleedmap.config.masks import DenseCrfSpec, ThresholdSpec
from bleedmap.errors import ConfigError, ScanError
from bleedmap.masks import dense_crf, threshold
from bleedmap.masks.mean_field import foreground_probability
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


@pytest.mark.parametrize("unary", ["mask", "map"])
def test_a_sloppy_map_is_pulled_to_the_edges_of_the_blob(scene, unary):
    slices, blob = scene
    before = iou(slices.saliency[0] > 0.7, blob)
    after = iou(make_masks(DenseCrfSpec(unary=unary), slices)[0], blob)
    assert before < 0.7
    assert after > 0.9


@pytest.mark.parametrize("unary", ["mask", "map"])
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


def test_the_map_unary_is_one_half_at_the_threshold_and_rises_with_the_saliency():
    saliency = np.linspace(0, 1, 101, dtype=np.float32)[None]
    probability = foreground_probability(DenseCrfSpec(unary="map", threshold=0.7), saliency)[0]
    assert probability[70] == pytest.approx(0.5, abs=1e-3)
    assert (np.diff(probability) > 0).all()
    assert 0 < probability[0] < probability[-1] < 1


@pytest.mark.parametrize("least", [{"bilateral_srgb": 1}, {"bilateral_sxy": 0.5}, {"gaussian_sxy": 0.5}], ids=str)
def test_the_least_values_that_the_config_lets_through_do_not_crash_the_solver(scene, least):
    slices, _ = scene
    assert make_masks(DenseCrfSpec(**least), slices).shape == (1, SIZE, SIZE)
    (key, value), *_ = least.items()
    with pytest.raises(ValidationError, match="greater than or equal"):
        DenseCrfSpec(**{key: value * 0.99})


def two_regions(count=1):
    """Slices of which the right half is brighter, maps that stop four pixels short of the edge, and the half."""
    hu = np.repeat(np.where(np.arange(32) < 16, 20, 60)[None], 32, axis=0)
    cam = np.repeat(np.where(np.arange(32) < 20, 0.0, 1.0)[None], 32, axis=0)
    return np.repeat(hu[None], count, axis=0), np.repeat(cam[None], count, axis=0), hu > 40


def in_mm(slices, gaps, pixel=(0.5, 0.5)):
    origins = np.zeros((len(slices.hu), 3))
    origins[:, 0] = gaps
    return replace(slices, origins_mm=origins, pixel_mm=pixel)


VOLUME = DenseCrfSpec(space="volume", unit="mm", gaussian_sxy=1.5, bilateral_sxy=25)


@pytest.mark.parametrize("spec", [DenseCrfSpec(), VOLUME], ids=["slice", "volume"])
def test_the_edge_of_a_mask_moves_to_the_edge_of_the_image(spec):
    hu, cam, bright = two_regions(3)
    masks = make_masks(spec, in_mm(salient(hu, cam), [0, 5, 10]))
    for mask in masks:
        np.testing.assert_array_equal(mask, bright)


@pytest.mark.parametrize("spec", [DenseCrfSpec(), VOLUME], ids=["slice", "volume"])
def test_neither_the_order_of_slices_nor_a_constant_more_in_the_image_changes_a_mask(spec, scene):
    found, _ = scene
    noise = np.random.default_rng(1).integers(-3, 4, (3, SIZE, SIZE))
    hu, cam = (
        20 + found.hu // 2 + noise,
        np.stack([np.roll(found.saliency[0], 3 * shift, axis=0) for shift in range(3)]),
    )
    gaps = np.array([0.0, 4.0, 9.0])
    plain = make_masks(spec, in_mm(salient(hu, cam), gaps))
    assert plain.any(axis=(1, 2)).all()
    np.testing.assert_array_equal(make_masks(spec, in_mm(salient(hu[::-1], cam[::-1]), gaps[::-1]))[::-1], plain)
    np.testing.assert_array_equal(make_masks(spec, in_mm(salient(hu + 7, cam), gaps)), plain)


def test_a_slice_that_lies_near_counts_more_than_one_that_lies_far():
    # the middle slice says little of itself; below it all is hemorrhage, above it nothing is
    hu = np.full((3, 16, 16), 40)
    cam = np.stack([np.ones((16, 16)), np.full((16, 16), 0.5), np.zeros((16, 16))])
    spec = VOLUME.model_copy(update={"unary": "map", "threshold": 0.5, "gaussian_sxy": 5.0, "bilateral_compat": 0.0})
    shares = [make_masks(spec, in_mm(salient(hu, cam), [0, middle, 10]))[1].mean() for middle in (1, 9)]
    assert shares == [1, 0]


def test_pixels_that_are_longer_than_wide_are_told_apart_in_mm():
    # a disc that is sure, in a surrounding that is nearly so: the kernel makes it grow by as many mm on all sides
    row, column = np.mgrid[:49, :49] - 24
    cam = np.where(np.hypot(row, column) < 8, 1.0, 0.48)[None]
    places = {"unit": "mm", "gaussian_sxy": 4, "bilateral_sxy": 50}
    spec = DenseCrfSpec(**places, unary="map", threshold=0.5, gaussian_compat=5, bilateral_compat=0)
    even, long = (
        make_masks(spec, in_mm(salient(np.full((1, 49, 49), 40), cam), [0], pixel))[0] for pixel in ((1, 1), (4, 1))
    )
    assert even.any(axis=1).sum() == even.any(axis=0).sum() > 17
    assert long.any(axis=1).sum() < long.any(axis=0).sum()


def test_pictures_without_mm_are_refused_a_crf_in_mm(scene):
    slices, _ = scene
    with pytest.raises(ScanError, match="needs-mm"):
        make_masks(DenseCrfSpec(unit="mm", gaussian_sxy=2, bilateral_sxy=20), slices)


def test_a_volume_in_pixels_is_refused_by_the_config():
    with pytest.raises(ValidationError, match="set unit: mm"):
        DenseCrfSpec(space="volume")
    with pytest.raises(ValidationError, match="give both in mm"):
        DenseCrfSpec(space="volume", unit="mm", bilateral_sxy=20)
    assert DenseCrfSpec.from_json(VOLUME.to_json()) == VOLUME


def test_a_machine_without_the_solver_is_told_so_in_one_sentence(scene, monkeypatch):
    slices, _ = scene
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    with pytest.raises(ConfigError, match="no-crf"):
        make_masks(DenseCrfSpec(), slices)


def test_any_number_of_processes_gives_the_same_masks(scene):
    slices, _ = scene
    many = salient(
        np.repeat(slices.hu, 3, axis=0), np.stack([np.roll(slices.saliency[0], n, axis=1) for n in (0, 4, 8)])
    )
    alone, shared = (make_masks(DenseCrfSpec(workers=workers), many) for workers in (1, 2))
    np.testing.assert_array_equal(alone, shared)


def test_seeds_are_what_is_sure_of_the_map_and_the_mask_is_as_without_them(scene):
    slices, _ = scene
    brain = slices.brain.copy()
    brain[:, :, :10] = False
    bare = replace(slices, brain=brain)
    made = dense_crf.make_masks(DenseCrfSpec(seeds_below=0.2), bare, None)
    np.testing.assert_array_equal(made.labels, dense_crf.make_masks(DenseCrfSpec(), bare, None).labels)
    cam = slices.saliency
    np.testing.assert_array_equal(made.seeds == 1, (cam > 0.7) & brain)
    np.testing.assert_array_equal(made.seeds == 0, (cam < 0.2) | ~brain)
    assert set(np.unique(made.seeds)) == {0, 1, 255}
    assert threshold.make_masks(ThresholdSpec(seeds_below=0.2), bare, None).seeds.tobytes() == made.seeds.tobytes()
    with pytest.raises(ValidationError, match="ascending"):
        ThresholdSpec(threshold=0.3, seeds_below=0.5)
