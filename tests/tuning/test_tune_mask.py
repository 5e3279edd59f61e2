import numpy as np
import pandas as pd
import pytest

from bleedmap.config.masks import HuThresholdSpec, ThresholdSpec
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.errors import ConfigError, TableError
from bleedmap.masks.map_inputs import MapInputs
from bleedmap.masks.mask_shard import mask_shard
from bleedmap.saliency.map_store import map_attributes
from bleedmap.slices.store import SliceStore, Store, add_rows, write_store
from bleedmap.splits.roles import Roles
from bleedmap.tuning.tune_mask import tune_mask
from tests.stand_in import StandIn


def listed(*values):
    return Search(search="list", values=values)


LEVELS = {"low": listed(20, 50, 66), "high": listed(60, 80)}
KEY = "threshold"  # of mask method threshold: share of the highest saliency


def tuned(slices, roles, inputs=None, spec=None, searches=LEVELS, **values):
    shards = None if inputs is None else [inputs]
    spec = HuThresholdSpec() if spec is None else spec
    return tune_mask(spec, searches, TuningSpec(**values), slices=[slices], inputs=shards, roles=roles)


@pytest.fixture
def inputs(slice_store, tmp_path):
    """Maps of class any that are 0.8 in bleeds, 0.4 elsewhere in the brain; scores that call slice 1 of each scan."""
    with SliceStore(slice_store) as store:
        truth, brain = store.rows("truth", slice(None)) > 0, store.rows("brain", slice(None)) > 0
        table = store.table
    maps = np.where(truth, 0.8, np.where(brain, 0.4, 0)).astype(np.float16)
    low, high = np.zeros((len(maps), 1), dtype=np.float32), np.ones((len(maps), 1), dtype=np.float32)
    with write_store(tmp_path / "maps", map_attributes(["any"], low, high, [])) as group:
        add_rows(group, "maps", len(maps), 32, "float16", channels=1)[:] = maps[:, None]
    scores = pd.DataFrame(
        {
            "scan": table["scan"],
            "subject": table["subject"],
            "slice": table["slice"],
            "class": "any",
            "label": table["any"],
            "score": np.where(table["slice"] == 1, 0.9, 0.1),
        }
    )
    return MapInputs(tmp_path / "maps", StandIn(("any",)), scores, 0.5)


@pytest.mark.parametrize("unit", ["slice", "subject", "pooled"])
@pytest.mark.parametrize("strategy", ["grid", "coordinate"])
def test_the_hu_of_blood_are_found(slice_store, roles, unit, strategy):
    result = tuned(slice_store, roles, unit=unit, strategy=strategy)
    assert result.spec == HuThresholdSpec(low=50, high=80)
    assert result.score == 1


def test_the_share_of_saliency_between_blood_and_brain_is_found(slice_store, roles, inputs):
    result = tuned(slice_store, roles, inputs, ThresholdSpec(), {KEY: listed(0.1, 0.3, 0.6, 0.9)}, unit="pooled")
    assert getattr(result.spec, KEY) == 0.6
    # in tuning, the labels of validation subjects say which slices bleed: 2 of 4 in each scan
    assert result.score == 1


def test_the_score_is_that_of_masks_the_stage_makes(slice_store, roles, inputs, tmp_path):
    result = tuned(slice_store, roles, inputs, ThresholdSpec(), {KEY: listed(0.3, 0.6)}, unit="pooled")
    for value, score in result.curve[[KEY, "score"]].itertuples(index=False):
        mask_shard(ThresholdSpec(**{KEY: value}), slice_store, inputs, roles, tmp_path / "masks")
        with Store(tmp_path / "masks") as made, SliceStore(slice_store) as store:
            labels, truth = made.rows("labels", slice(8, 16)) > 0, store.rows("truth", slice(8, 16)) > 0
        assert score == pytest.approx(2 * (labels & truth).sum() / (labels.sum() + truth.sum()))


def test_whatever_stands_in_the_scans_of_others_changes_nothing(slice_store, rewrite, roles, inputs):
    rng = np.random.default_rng(0)

    def poison(arrays):
        for rows in (slice(0, 8), slice(16, 24)):  # of p0 and p1, which are tested, and of p4 and p5, which train
            for name in ("truth", "brain"):
                arrays[name][rows] = rng.integers(0, 2, arrays[name][rows].shape)
            arrays["hu"][rows] = rng.integers(-1000, 1000, arrays["hu"][rows].shape)

    path = rewrite(poison)
    assert tuned(slice_store, roles).curve.equals(tuned(path, roles).curve)
    arguments = (inputs, ThresholdSpec(), {KEY: listed(0.3, 0.6)})
    assert tuned(slice_store, roles, *arguments).curve.equals(tuned(path, roles, *arguments).curve)


def test_combinations_that_cross_are_no_candidates(slice_store, roles):
    curve = tuned(slice_store, roles).curve
    crossed = curve["low"] > curve["high"]
    assert crossed.sum() == 1
    assert curve.loc[crossed, "score"].isna().all()


def test_without_a_subject_to_tune_on_there_is_a_sentence(slice_store):
    with pytest.raises(TableError) as caught:
        tuned(slice_store, Roles({"p0": "test", "p4": "train"}))
    assert caught.value.code == "no-tuning-truth"


def test_a_search_on_what_the_method_has_not_is_refused(slice_store, roles):
    with pytest.raises(ConfigError) as caught:
        tuned(slice_store, roles, searches={"clusters": listed(2, 3)})
    assert caught.value.code == "no-number"
