import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bleedmap.scoring.overlap import overlap
from bleedmap.scoring.pooled import percentile_of_counts, pooled_scores
from bleedmap.scoring.scan import score_scan
from bleedmap.scoring.surface import surface_distances
from bleedmap.scoring.table import RowLabels, join

from .conftest import SPACING

EXTENTS = np.full(8, 5.0)


def counts_of(*pairs):
    tables = [
        score_scan(p, t, SPACING, EXTENTS, RowLabels("d", "m", 0, f"s{i}", f"s{i}")) for i, (p, t) in enumerate(pairs)
    ]
    table = join(tables)
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
    measured = [surface_distances(p, t, SPACING) for p, t in pairs]
    ways = [np.concatenate([getattr(d, way) for d in measured]) for way in ("to_truth", "to_prediction")]
    assert pooled["hd95"] == pytest.approx(max(np.percentile(way, 95) for way in ways), abs=0.051)
    near = sum(np.count_nonzero(way <= 2.0) for way in ways)
    assert pooled["surface_dice"] == pytest.approx(near / sum(way.size for way in ways))


def test_a_single_scan_pools_to_its_own_scores(blobs):
    prediction, truth = blobs(5)
    alone = score_scan(prediction, truth, SPACING, EXTENTS, RowLabels("d", "m", 0, "s", "s"))
    subject = alone[alone["unit"] == "subject"].set_index("metric")["value"]
    for metric, value in pooled_scores(counts_of((prediction, truth))).items():
        assert value == pytest.approx(subject[metric], abs=0.051 if metric == "hd95" else 1e-12)


def test_scans_without_any_mask_pool_to_nan():
    empty = np.zeros((8, 48, 40), bool)
    assert all(np.isnan(value) for value in pooled_scores(counts_of((empty, empty))).values())


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 5), min_size=1), st.floats(0, 100))
def test_percentile_of_counts_is_that_of_the_values_written_out(histogram, percentile):
    values, counts = np.array(list(histogram), float), np.array(list(histogram.values()))
    expected = np.percentile(np.repeat(values, counts), percentile)
    assert percentile_of_counts(values, counts, percentile) == pytest.approx(expected, abs=1e-9)
