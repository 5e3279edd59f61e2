import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.scoring.overlap import overlap
from bleedmap.scoring.pooled import percentile_of_counts, pooled_localisation, pooled_scores
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.surface import surface_distances
from bleedmap.scoring.table import RowLabels, Score, join, tabulate

from .conftest import GEOMETRY


def scored(pair, name):
    prediction, truth = (mask.astype(np.uint8) for mask in pair)
    return score_scan(prediction, truth, GEOMETRY, RowLabels("d", "m", 0, name, name))


def counts_of(*pairs):
    table = join(scored(pair, f"s{number}") for number, pair in enumerate(pairs))
    return table[table["unit"] == "count"]


def test_pooled_overlap_is_one_score_over_all_voxels(blobs):
    pairs = [blobs(seed) for seed in range(4)]
    pooled = pooled_scores(counts_of(*pairs))
    once = overlap(*(np.concatenate(masks) for masks in zip(*pairs, strict=True)))
    assert {name: pooled[name] for name in once} == pytest.approx({name: float(v) for name, v in once.items()})


def test_pooled_surfaces_are_those_of_all_scans_together(blobs):
    pairs = [blobs(seed) for seed in range(4)]
    pairs[2] = (np.zeros_like(pairs[2][0]), pairs[2][1])
    pooled = pooled_scores(counts_of(*pairs))
    measured = [surface_distances(p, t, GEOMETRY) for p, t in pairs]
    ways = [np.concatenate([getattr(d, way) for d in measured]) for way in ("to_truth", "to_prediction")]
    assert pooled["hd95"] == pytest.approx(max(np.percentile(way, 95) for way in ways), abs=0.051)
    near = sum(np.count_nonzero(way <= 2.0) for way in ways)
    assert pooled["surface_dice"] == pytest.approx(near / sum(way.size for way in ways))


def test_a_single_scan_pools_to_its_own_scores(blobs):
    prediction, truth = blobs(5)
    alone = scored((prediction, truth), "s")
    subject = alone[alone["unit"] == "subject"].set_index("metric")["value"]
    for metric, value in pooled_scores(counts_of((prediction, truth))).items():
        assert value == pytest.approx(subject[metric], abs=0.051 if metric == "hd95" else 1e-12)


def test_scans_without_any_mask_pool_to_nan():
    empty = np.zeros((8, 48, 40), bool)
    assert all(np.isnan(value) for value in pooled_scores(counts_of((empty, empty))).values())


def boxes_and_points(found, missed, false):
    counts = {"box_tp": found, "box_fn": missed, "point_fp": false}
    return tabulate(RowLabels("d", "m", 0, "s", "s"), [Score("count", *item) for item in counts.items()])


def test_localisation_by_hand():
    scores = pooled_localisation(boxes_and_points(3, 1, 2))
    assert scores == pytest.approx({"ppv": 3 / 5, "sensitivity": 3 / 4, "localisation_f1": 6 / 9})


def test_published_localisation_is_the_harmonic_mean_of_its_ppv_and_sensitivity():
    # paper 002, max-pool: PPV 61.88 %, sensitivity 54.72 %, "Dice" 58.08 %
    scores = pooled_localisation(boxes_and_points(5472, 4528, round(5472 / 0.6188 - 5472)))
    assert scores == pytest.approx({"ppv": 0.6188, "sensitivity": 0.5472, "localisation_f1": 0.5808}, abs=5e-5)


def test_finding_none_of_the_boxes_has_no_ppv_to_boast_of():
    assert set(pooled_localisation(boxes_and_points(0, 4, 0)).values()) == {0}


@pytest.mark.parametrize("false", [0, 4])
def test_without_any_box_there_is_nothing_to_find_and_no_score(false):
    assert all(np.isnan(value) for value in pooled_localisation(boxes_and_points(0, 0, false)).values())


def test_without_any_drawn_voxel_there_is_nothing_to_find_and_no_score(blobs):
    found, _ = blobs(0)
    assert all(np.isnan(value) for value in pooled_scores(counts_of((found, np.zeros_like(found)))).values())


def test_voxels_are_not_boxes(blobs):
    assert pooled_localisation(counts_of(blobs(0))) == {}
    assert pooled_scores(boxes_and_points(1, 1, 1)) == {}


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 5), min_size=1), st.floats(0, 100))
def test_percentile_of_counts_is_that_of_the_values_written_out(histogram, percentile):
    values, counts = np.array(list(histogram), float), np.array(list(histogram.values()))
    expected = np.percentile(np.repeat(values, counts), percentile)
    assert percentile_of_counts(values, counts, percentile) == pytest.approx(expected, abs=1e-9)
