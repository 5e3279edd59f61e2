"""Tuning of a detector on toy scans, whose bleeds are framed by boxes."""

import numpy as np
import pytest

from bleedmap.config.detectors import LocalMaximaSpec
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.errors import TableError
from bleedmap.provenance.archive import write_archive
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.store import add_rows, write_store
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune_detector import tune_detector
from bleedmap.tuning.tuned import write_tuned
from bleedmap.volumes.ct_volume import Box, CtVolume, Scan
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.scan_archive import add_scan

SEARCHES = {"threshold": Search(search="list", values=(0, 2, 5)), "min_distance": Search(search="list", values=(2, 9))}
TRUE, FALSE = (8, 8), (8, 14)


@pytest.fixture
def shard(slice_store, tmp_path):
    """Each slice has a peak of 3 in a box and one of 1 beside it; where nobody tunes they are the other way round."""
    geometry = Geometry.from_affine(np.diag([-1.0, -1.0, 5.0, 1.0]), 4, in_mm=True)
    boxes = tuple(Box(number, 6.0, 6.0, 5.0, 5.0, "iph") for number in range(4))
    maps = np.zeros((24, 1, 32, 32))
    with write_archive(tmp_path / "volumes.zip") as archive:
        for scan in range(6):
            volume = CtVolume(np.zeros((4, 32, 32), np.int16), geometry)
            add_scan(archive, Scan(f"s{scan}", f"p{scan}", volume, np.ones(4, np.int8), boxes=boxes))
            high, low = (TRUE, FALSE) if scan in (2, 3) else (FALSE, TRUE)
            maps[4 * scan : 4 * scan + 4, 0, *high] = 1
            maps[4 * scan : 4 * scan + 4, 0, *low] = 1 / 3
    bounds = np.ones((24, 1), dtype=np.float32)
    with write_store(tmp_path / "maps", map_attributes(["any"], bounds * 0, bounds * 3, [])) as group:
        add_rows(group, "maps", 24, 32, "float16", channels=1)[:] = maps
    return tmp_path / "volumes.zip", slice_store, tmp_path / "maps"


def tuned(shard, roles, **values):
    return tune_detector(LocalMaximaSpec(), SEARCHES, TuningSpec(**values), shards=[shard], roles=roles)


@pytest.mark.parametrize("strategy", ["grid", "bayes"])
def test_values_are_those_of_the_highest_localisation_f1_on_tuning_subjects_alone(shard, roles, strategy):
    # of scans that are tested or learnt from, every point would be false with any threshold but 0
    result = tuned(shard, roles, strategy=strategy, trials=12)
    assert (result.spec.threshold, result.spec.min_distance) in ((0, 9), (2, 2), (2, 9))
    assert (result.score, result.measure) == (1, "localisation F1")


def test_the_curve_has_the_harmonic_mean_of_counts_over_all_slices(shard, roles, tmp_path):
    result = tuned(shard, roles)
    scores = result.curve.set_index(["threshold", "min_distance"])["score"]
    # 8 slices: both peaks, 8 true and 8 false; the higher alone; the higher alone by its distance; none at all
    assert scores[0, 2] == pytest.approx(16 / 24)
    assert (scores[2, 2], scores[0, 9], scores[5, 2]) == (1, 1, 0)
    write_tuned(result, tmp_path / "tuned.json")
    assert LocalMaximaSpec.from_json((tmp_path / "tuned.json").read_text()) == result.spec


def test_without_a_subject_to_tune_on_there_is_a_sentence(shard):
    with pytest.raises(TableError, match="no-tuning-boxes"):
        tuned(shard, Roles({"p0": "test", "p4": "train"}))
