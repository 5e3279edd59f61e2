import numpy as np
import pytest
import torch

from bleedmap.config.masks import HuThresholdSpec, KMeansDifferentialSpec, ThresholdSpec, TruthSpec
from bleedmap.masks import MaskSlices, build_masks


@pytest.fixture
def slices():
    """One row of six pixels; the last lies outside the brain."""
    return MaskSlices(
        hu=np.array([[[49, 50, 70, 90, 91, 70]]], dtype=np.int16),
        brain=np.array([[[1, 1, 1, 1, 1, 0]]], dtype=bool),
        truth=np.array([[[0, 1, 5, 0, 0, 0]]], dtype=np.uint8),
        maps=np.array([[[0.0, 0.69, 0.71, 1.0, 0.7, 1.0]]], dtype=np.float32),
    )


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (HuThresholdSpec(low=50, high=90), [0, 1, 1, 1, 0, 0]),
        (ThresholdSpec(above=0.7), [0, 0, 1, 1, 0, 0]),
        (ThresholdSpec(above=0), [0, 1, 1, 1, 1, 0]),
        (TruthSpec(), [0, 1, 1, 0, 0, 0]),
    ],
)
def test_known_pixels_give_the_known_mask_with_nothing_outside_the_brain(slices, spec, expected):
    mask = build_masks(spec)(spec, slices, None)
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask[0, 0], np.array(expected, dtype=bool))


class Evidence:
    """A classifier whose evidence is the HU themselves."""

    def parameters(self):
        yield torch.zeros(1)

    def evidence(self, hu):
        return hu


@pytest.fixture
def strong_and_weak():
    """Two slices of a scan: the same map, evidence of 80 on the one and 40 on the other, and more outside the brain."""
    hu = np.array([[[80, 60, 20, 500]], [[40, 30, 10, 500]]], dtype=np.int16)
    brain = np.array([[[1, 1, 1, 0]]] * 2, dtype=bool)
    maps = np.array([[[1, 0.75, 0.25, 0]]] * 2, dtype=np.float32)
    return MaskSlices(hu=hu, brain=brain, truth=np.zeros_like(hu, dtype=np.uint8), maps=maps)


@pytest.mark.parametrize(
    ("normalise", "above", "expected"),
    [
        ("slice", 0.7, [[1, 1, 0, 0], [1, 1, 0, 0]]),
        ("volume", 0.7, [[1, 1, 0, 0], [0, 0, 0, 0]]),
        ("volume", 0.3, [[1, 1, 0, 0], [1, 1, 0, 0]]),
        ("volume", 0.4, [[1, 1, 0, 0], [1, 0, 0, 0]]),
    ],
)
def test_a_weak_slice_is_measured_against_the_strongest_of_its_scan_if_asked(
    strong_and_weak, normalise, above, expected
):
    spec = ThresholdSpec(above=above, normalise=normalise)
    masks = build_masks(spec)(spec, strong_and_weak, Evidence())
    np.testing.assert_array_equal(masks[:, 0], np.array(expected, dtype=bool))


@pytest.mark.parametrize("normalise", ["slice", "volume"])
@pytest.mark.parametrize("spec", [ThresholdSpec(), KMeansDifferentialSpec()])
def test_maps_below_the_threshold_everywhere_are_background_everywhere(strong_and_weak, spec, normalise):
    spec = spec.model_copy(update={"normalise": normalise})
    strong_and_weak.maps[:] = 0.7
    assert not build_masks(spec)(spec, strong_and_weak, Evidence()).any()


def test_a_scan_without_any_evidence_has_no_region():
    hu = np.zeros((2, 1, 4), dtype=np.int16)
    slices = MaskSlices(
        hu=hu, brain=hu == 0, truth=np.zeros_like(hu, dtype=np.uint8), maps=np.zeros((2, 1, 4), "float32")
    )
    spec = ThresholdSpec(normalise="volume")
    assert not build_masks(spec)(spec, slices, Evidence()).any()
