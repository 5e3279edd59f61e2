from dataclasses import replace

import numpy as np
import pytest

from bleedmap.components import load
from bleedmap.config.masks import HuThresholdSpec, KMeansDifferentialSpec, ThresholdSpec, TruthSpec
from tests.scenes import salient
from tests.stand_in import StandIn


def make(spec, slices):
    return load(spec).make_masks(spec, slices, StandIn()).labels


@pytest.fixture
def slices():
    """One row of six pixels; the last lies outside the brain."""
    hu, maps = np.array([[[49, 50, 70, 90, 91, 70]]]), np.array([[[0.0, 0.69, 0.71, 1.0, 0.7, 1.0]]])
    return salient(hu, maps, brain=[[[1, 1, 1, 1, 1, 0]]])


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (HuThresholdSpec(low=50, high=90), [0, 1, 1, 1, 0, 0]),
        (ThresholdSpec(threshold=0.7), [0, 0, 1, 1, 0, 0]),
        (ThresholdSpec(threshold=0), [0, 1, 1, 1, 1, 0]),
    ],
)
def test_known_pixels_give_the_known_mask_with_nothing_outside_the_brain(slices, spec, expected):
    labels = make(spec, slices)
    assert labels.dtype == np.uint8
    assert labels[0, 0].tolist() == expected


def test_truth_keeps_its_subtypes_and_what_nobody_drew_is_unknown(slices):
    truth = np.array([[[0, 1, 5, 0, 2, 0]]] * 2, dtype=np.uint8)
    two = replace(slices.only(np.array([0, 0])), truth=truth, drawn=np.array([True, False]))
    assert make(TruthSpec(), two)[:, 0].tolist() == [[0, 1, 5, 0, 2, 0], [255] * 6]


@pytest.fixture
def strong_and_weak():
    """Two slices of a scan: the same stretched map, of values up to 80 on the one and up to 40 on the other."""
    maps = np.array([[[1, 0.75, 0.25, 0]]] * 2)
    return salient(np.zeros((2, 1, 4)), maps, brain=[[[1, 1, 1, 0]]] * 2, high=[80.0, 40.0])


@pytest.mark.parametrize(
    ("normalise", "threshold", "expected"),
    [
        ("slice", 0.7, [[1, 1, 0, 0], [1, 1, 0, 0]]),
        ("volume", 0.7, [[1, 1, 0, 0], [0, 0, 0, 0]]),
        ("volume", 0.3, [[1, 1, 0, 0], [1, 1, 0, 0]]),
        ("volume", 0.4, [[1, 1, 0, 0], [1, 0, 0, 0]]),
    ],
)
def test_a_weak_slice_is_measured_against_the_strongest_of_its_scan_if_asked(
    strong_and_weak, normalise, threshold, expected
):
    labels = make(ThresholdSpec(threshold=threshold, normalise=normalise), strong_and_weak)
    assert labels[:, 0].tolist() == expected


@pytest.mark.parametrize("normalise", ["slice", "volume"])
@pytest.mark.parametrize("spec", [ThresholdSpec(), KMeansDifferentialSpec()])
def test_maps_below_the_threshold_everywhere_are_background_everywhere(strong_and_weak, spec, normalise):
    low = replace(strong_and_weak, maps=np.full((2, 1, 1, 4), 0.7, dtype=np.float32))
    assert not make(spec.model_copy(update={"normalise": normalise}), low).any()


def test_a_scan_without_any_saliency_has_no_region():
    nothing = salient(np.zeros((2, 1, 4)), np.zeros((2, 1, 4)), high=0.0)
    assert not make(ThresholdSpec(normalise="volume"), nothing).any()
