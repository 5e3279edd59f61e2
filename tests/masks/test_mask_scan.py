from dataclasses import replace

import numpy as np
import pytest

from bleedmap.config.masks import HuThresholdSpec, KMeansDifferentialSpec, ThresholdSpec, TruthSpec
from bleedmap.errors import ScanError
from bleedmap.masks import kmeans_differential, threshold
from bleedmap.masks.mask_scan import mask_scan
from bleedmap.masks.mask_slices import Masks
from tests.scenes import salient
from tests.stand_in import StandIn


@pytest.fixture
def scan():
    """Five slices, salient in a square of different greys each."""
    maps = np.zeros((5, 32, 32))
    maps[:, 8:20, 8:20] = 1
    return salient(np.random.default_rng(0).integers(0, 80, (5, 32, 32)), maps)


def test_slices_that_are_not_called_are_background(scan):
    made = mask_scan(ThresholdSpec(), scan, np.array([False, True, False, False, True]), StandIn())
    assert made.labels.any(axis=(1, 2)).tolist() == [False, True, False, False, True]
    assert made.labels[1].sum() == 144
    assert made.labels.shape == (5, 32, 32)


def test_notes_count_slices_from_the_foot_of_the_scan(scan):
    made = mask_scan(KMeansDifferentialSpec(clusters=2), scan, np.array([0, 1, 0, 0, 1]) > 0, StandIn())
    assert [note["slice"] for note in made.notes] == [1, 1, 4, 4]


def test_a_classifier_with_reach_sees_neighbours_that_are_not_called(scan):
    spec, called = KMeansDifferentialSpec(clusters=2), np.array([0, 0, 1, 0, 0]) > 0
    before = mask_scan(spec, scan, called, StandIn(reach=1)).notes
    brighter = scan.hu.copy()
    brighter[3] = 80
    after = mask_scan(spec, replace(scan, hu=brighter), called, StandIn(reach=1)).notes
    assert all(one["logit"] < other["logit"] for one, other in zip(before, after, strict=True))


def test_no_method_is_asked_about_a_scan_in_which_nothing_is_called(scan, monkeypatch):
    monkeypatch.delattr(threshold, "make_masks")
    assert not mask_scan(ThresholdSpec(), scan, np.zeros(5, dtype=bool), StandIn()).labels.any()


def test_seeds_of_slices_that_are_not_called_are_background(scan, monkeypatch):
    def make_masks(spec, slices, classifier):
        return Masks(np.ones(slices.hu.shape, np.uint8), seeds=np.full(slices.hu.shape, 255, np.uint8))

    monkeypatch.setattr(kmeans_differential, "make_masks", make_masks)
    seeds = mask_scan(KMeansDifferentialSpec(), scan, np.array([0, 1, 0, 0, 0]) > 0, StandIn()).seeds
    assert [int(one.max()) for one in seeds] == [0, 255, 0, 0, 0]


def test_a_scan_in_which_nothing_is_called_has_seeds_too_where_its_method_gives_them(scan):
    nothing = np.zeros(5, dtype=bool)
    assert mask_scan(ThresholdSpec(), scan, nothing, StandIn()).seeds is None
    seeds = mask_scan(ThresholdSpec(seeds_below=0.2), scan, nothing, StandIn()).seeds
    assert seeds.shape == (5, 32, 32)
    assert not seeds.any()


@pytest.mark.parametrize("intensity", ["mr", "picture"])
def test_levels_in_hu_are_refused_where_there_are_no_hu(scan, intensity):
    other = replace(scan, intensity=intensity)
    with pytest.raises(ScanError, match=r"needs-hu.*hu_threshold"):
        mask_scan(HuThresholdSpec(), other, None, None)
    assert mask_scan(ThresholdSpec(), other, None, StandIn()).labels.any()
    assert (mask_scan(TruthSpec(), other, None, None).labels == 255).all()
