import numpy as np
import pytest

from bleedmap.config.masks import HuThresholdSpec, ThresholdSpec, TruthSpec
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
