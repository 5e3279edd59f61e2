"""Ranges over training scans, and the scans of a data set that they are taken from."""

import numpy as np
import pytest

from bleedmap.errors import TableError
from bleedmap.predict.familiar.scan_statistics import ScanStatistics, scan_statistics
from bleedmap.predict.familiar.training_scans import statistics_of_scans
from bleedmap.predict.familiar.training_statistics import (
    Range,
    TrainingStatistics,
    training_statistics,
    unfamiliar,
)
from bleedmap.provenance.archive import write_archive
from bleedmap.splits.roles import Roles
from bleedmap.volumes.ct_volume import Scan
from bleedmap.volumes.nifti import to_bytes
from bleedmap.volumes.scan_archive import add_scan
from tests.predict.familiar import made_up


def test_a_range_goes_to_tukeys_outer_fences():
    # quartiles 20 and 24, so the fences are 20 - 12 and 24 + 12
    found = Range.of(np.array([18.0, 20, 22, 24, 26]))
    assert (found.low, found.median, found.high) == (8, 22, 36)


def test_where_most_scans_are_alike_it_goes_a_tenth_beyond_the_extremes():
    found = Range.of(np.array([5.0] * 20 + [2.5, 7.0]))
    assert (found.low, found.median, found.high) == pytest.approx((2.25, 5, 7.7))


def test_below_zero_a_tenth_beyond_is_further_below():
    assert Range.of(np.array([-10.0])).low == -11


def test_in_a_large_data_set_a_scan_in_a_hundred_may_be_odd():
    values = np.concatenate([np.linspace(30, 34, 999), [500]])
    assert Range.of(values).high == pytest.approx(33 + 3 * 2, abs=0.02)


def scans(**values):
    """Ten training scans around given values, 1 % to either side."""
    return [
        ScanStatistics(slices=30, **{name: value * (1 + share) for name, value in values.items()})
        for share in np.linspace(-0.01, 0.01, 10)
    ]


def test_what_lies_outside_is_named_with_its_side():
    known = training_statistics(scans(brain_hu=30.0, noise_hu=5.0, coverage_mm=150.0, pixel_mm=0.5, skull_share=0.9))
    assert unfamiliar(ScanStatistics(30, brain_hu=30.0, noise_hu=5.0, coverage_mm=150.0), known) == []
    odd = ScanStatistics(1, brain_hu=80.0, noise_hu=1.0, coverage_mm=400.0)
    assert unfamiliar(odd, known) == ["slices-low", "coverage-mm-high", "brain-hu-high", "noise-hu-low"]


def test_finer_pixels_more_slices_and_a_closed_skull_are_no_stranger():
    known = training_statistics(scans(pixel_mm=0.9, skull_share=0.8))
    assert unfamiliar(ScanStatistics(300, pixel_mm=0.2, skull_share=1.0), known) == []
    assert unfamiliar(ScanStatistics(3, pixel_mm=2.0, skull_share=0.2), known) == [
        "slices-low",
        "pixel-mm-high",
        "skull-share-low",
    ]


def test_every_training_scan_is_known_to_its_own_ranges():
    rng = np.random.default_rng(0)
    cohort = [ScanStatistics(int(rng.integers(1, 60)), brain_hu=float(rng.standard_cauchy())) for _ in range(50)]
    known = training_statistics(cohort)
    assert [unfamiliar(scan, known) for scan in cohort] == [[]] * 50


def test_without_training_scans_that_is_said():
    assert unfamiliar(ScanStatistics(30), training_statistics([])) == ["training-unknown"]


def test_json_holds_all_of_it_and_nothing_else_is_taken_for_it():
    known = training_statistics(scans(brain_hu=30.0, coverage_mm=151.8013770542035))
    assert TrainingStatistics.from_json(known.to_json()) == known
    for text in ("", "{}", '{"scans": 3, "ranges": {"shoe_size": {"low": 1, "median": 2, "high": 3}}}'):
        with pytest.raises(TableError, match="training-statistics"):
            TrainingStatistics.from_json(text)


@pytest.fixture
def archives(tmp_path):
    """Two shards of a head each of subjects a, b, c and d; the voxels of c and d cannot be read."""
    volumes, brains = [], []
    for shard, names in enumerate(("ac", "bd")):
        volumes.append(tmp_path / f"volumes{shard}.zip")
        brains.append(tmp_path / f"brain{shard}.zip")
        with write_archive(volumes[-1]) as scan_archive, write_archive(brains[-1]) as masks:
            for name in names:
                volume = made_up.head(slices=4 + shard)
                add_scan(Spoiler(scan_archive) if name in "cd" else scan_archive, whole(name, volume))
                mask = np.zeros(volume.hu.shape, dtype=np.uint8)
                mask[:, 40:80, 40:80] = 1
                masks.add(f"{name}/brain.nii.gz", to_bytes(mask, volume.geometry))
    return volumes, brains


def whole(name, volume):
    return Scan(id=name, subject=f"p{name}", volume=volume, labels=np.zeros(len(volume.hu), dtype=np.int8))


class Spoiler:
    """An archive whose members of voxels hold none."""

    def __init__(self, archive):
        self.archive = archive

    def add(self, name, data):
        self.archive.add(name, b"spoilt" if name.endswith("hu.nii.gz") else data)


def test_training_scans_are_measured_and_others_never_read(archives):
    volumes, brains = archives
    folds = [
        Roles({"pa": "train", "pb": "test", "pc": "test", "pd": "validation"}),
        Roles({"pa": "test", "pb": "train", "pc": "tune", "pd": "test"}),
    ]
    assert statistics_of_scans(volumes, brains, folds[:1]).scans == 1
    found = statistics_of_scans(volumes, brains, folds)
    mask = np.zeros((4, 128, 128), dtype=np.uint8)
    mask[:, 40:80, 40:80] = 1
    one = scan_statistics(made_up.head(slices=4), mask)
    assert found.scans == 2
    assert found.ranges["slices"].median == 4.5
    assert found.ranges["brain_cm2"].median == pytest.approx(one.brain_cm2) == pytest.approx(64)
