from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.config.masks import KMeansDifferentialSpec
from bleedmap.masks import kmeans_differential
from bleedmap.masks.kmeans_differential import choose, differential_logits
from tests.scenes import salient

SPEC = KMeansDifferentialSpec(clusters=3)


class BloodMeter(nn.Module):
    """Its logit is the share of pixels with the HU of fresh blood, in the slice and its neighbours."""

    classes, reach = ("any", "iph"), 0

    def __init__(self, low=60, high=72):
        super().__init__()
        self.low, self.high = low, high
        self.bias = nn.Parameter(torch.zeros(()))

    def logit(self, hu: Tensor) -> Tensor:
        return ((hu > self.low) & (hu < self.high)).float().mean(dim=(1, 2, 3)) + self.bias

    def forward(self, hu: Tensor) -> SliceOutput:
        logit = self.logit(hu)
        return SliceOutput(torch.stack([logit, -logit], dim=1), None)


def square(top, left, side, size=32):
    mask = np.zeros((size, size), dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


@pytest.fixture
def scene():
    """Brain of 30 HU with a blob of 65 and a brighter, larger one of 78 HU, all salient; and the first blob."""
    rng = np.random.default_rng(0)
    blood, calcified = square(6, 6, 5), square(18, 16, 8)
    hu = np.full((32, 32), 30) + rng.integers(-2, 3, (32, 32))
    hu[blood], hu[calcified] = 65, 78
    return one_slice(hu, square(4, 4, 24)), blood


def one_slice(hu, region):
    return salient(hu[None], region[None])


def make_masks(spec, slices, classifier):
    """(B, H, W) bool: where the labels are 1."""
    return kmeans_differential.make_masks(spec, slices, classifier).labels == 1


def test_the_blob_that_drives_the_logit_is_chosen(scene):
    slices, blood = scene
    np.testing.assert_array_equal(make_masks(SPEC, slices, BloodMeter())[0], blood)


def test_the_choice_follows_the_classifier_and_not_the_brightness(scene):
    slices, _ = scene
    mask = make_masks(SPEC, slices, BloodMeter(low=75, high=90))[0]
    np.testing.assert_array_equal(mask, slices.hu[0] == 78)


def test_where_no_cluster_matters_the_brightest_is_chosen(scene):
    slices, _ = scene
    mask = make_masks(SPEC, slices, BloodMeter(low=500, high=501))[0]
    np.testing.assert_array_equal(mask, slices.hu[0] == 78)


def test_of_equal_logits_the_brighter_cluster_wins_and_else_the_lower_logit():
    assert choose(np.array([1.0, 1.0, 2.0]), [0.3, 0.6, 0.9]) == 1
    assert choose(np.array([1.0, 0.5, 2.0]), [0.9, 0.1, 0.9]) == 1


def test_a_region_with_fewer_grey_values_than_clusters_is_kept_whole():
    region = square(4, 4, 10)
    hu = np.where(square(4, 4, 5), 65, 30)
    np.testing.assert_array_equal(make_masks(SPEC, one_slice(hu, region), BloodMeter())[0], region)


def test_a_slice_without_a_salient_pixel_has_an_empty_mask(scene):
    slices, _ = scene
    assert not make_masks(SPEC, one_slice(slices.hu[0], np.zeros((32, 32), dtype=bool)), BloodMeter()).any()


def test_a_removed_cluster_becomes_air():
    class Darkest(BloodMeter):
        def logit(self, hu: Tensor) -> Tensor:
            return hu.amin(dim=(1, 2, 3)) + self.bias

    members = np.where(square(0, 0, 2), 0, -1).astype(np.int8)[None]
    slices = one_slice(np.full((32, 32), 30), np.ones((32, 32)))
    np.testing.assert_array_equal(differential_logits(Darkest(), slices, members, [(0, 0), (0, 1)]), [-1024, 30])
    assert (slices.hu == 30).all()


def test_neighbours_stay_whole_when_a_cluster_is_removed(scene):
    slices, blood = scene
    context = np.repeat(slices.hu[:, None], 3, axis=1)
    members = np.where(blood, 0, -1).astype(np.int8)[None]
    left = differential_logits(BloodMeter(), replace(slices, context=context), members, [(0, 0)])
    assert left[0] == pytest.approx(blood.mean() * 2 / 3)
    assert (context[0, 1][blood] == 65).all()


def test_every_cluster_is_noted_with_its_logit_and_the_chosen_one_marked(scene):
    slices, blood = scene
    notes = pd.DataFrame(kmeans_differential.make_masks(SPEC, slices, BloodMeter()).notes)
    assert notes["slice"].tolist() == [0, 0, 0]
    assert notes["cluster"].tolist() == [0, 1, 2]
    assert notes["pixels"].sum() == 24 * 24
    chosen = notes[notes["chosen"] == 1].iloc[0]
    assert chosen["logit"] == notes["logit"].min() == 0
    assert chosen["mean_grey"] == pytest.approx(65 / 80)
    assert chosen["pixels"] == blood.sum()


def test_many_slices_at_once_are_each_treated_as_if_alone(scene):
    slices, blood = scene
    maps = np.repeat(slices.saliency, 20, axis=0)
    maps[7] = 0
    many = salient(np.repeat(slices.hu, 20, axis=0), maps)
    made = kmeans_differential.make_masks(SPEC, many, BloodMeter())
    masks = made.labels == 1
    assert not masks[7].any()
    np.testing.assert_array_equal(np.delete(masks, 7, axis=0), np.stack([blood] * 19))
    assert sorted({int(note["slice"]) for note in made.notes}) == [*range(7), *range(8, 20)]


def test_place_can_part_what_grey_values_cannot():
    hu = np.where(square(6, 3, 4) | square(6, 20, 4), 65, 30)
    region = square(6, 3, 4) | square(6, 20, 4)

    class LeftMeter(BloodMeter):
        def logit(self, hu: Tensor) -> Tensor:
            return super().logit(hu[..., :16])

    spec = KMeansDifferentialSpec(clusters=2, place_weight=1)
    np.testing.assert_array_equal(make_masks(spec, one_slice(hu, region), LeftMeter())[0], square(6, 3, 4))
    alone = make_masks(SPEC, one_slice(hu, region), LeftMeter())[0]
    np.testing.assert_array_equal(alone, region)


def test_nothing_outside_the_brain_is_clustered(scene):
    slices, blood = scene
    brain = np.zeros((1, 32, 32), dtype=bool)
    brain[:, :, :9] = True
    slices = replace(slices, brain=brain)
    np.testing.assert_array_equal(make_masks(SPEC, slices, BloodMeter())[0], blood & brain[0])
