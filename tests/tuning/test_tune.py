"""Tuning of any component, by one whose labels are the voxels above a level."""

from typing import Literal

import numpy as np
import pytest
from pydantic import model_validator

from bleedmap.config.base import Spec
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.errors import ConfigError, TableError
from bleedmap.tuning.tune import tune
from bleedmap.tuning.tuned import write_tuned


class Level(Spec):
    """Voxels from ``low`` to ``high``."""

    method: Literal["level"] = "level"
    low: float = 0.0
    high: float = 9.0

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            msg = "low above high"
            raise ValueError(msg)
        return self


class Scans:
    """Two subjects whose bleeds have values 5 to 7 among others from 0 to 9; counts how often each is read."""

    def __init__(self, truth_of=lambda grey: (grey >= 5) & (grey <= 7)):
        rng = np.random.default_rng(0)
        self.grey = {subject: rng.integers(0, 10, (3, 8, 8)) for subject in ("a", "b")}
        self._truth_of, self.reads = truth_of, 0

    def __call__(self):
        for subject, grey in self.grey.items():
            self.reads += 1
            truth = self._truth_of(grey).astype(np.uint8)
            drawn = np.array([True, True, False])
            truth[2] = 0  # no truth there: voxels that are found in it are no mistake
            yield subject, truth, drawn, lambda spec, grey=grey: ((grey >= spec.low) & (grey <= spec.high)).astype("u1")


def steps(first, last, count):
    return Search.model_validate({"search": "linear", "from": first, "to": last, "steps": count})


SEARCHES = {"low": steps(0, 9, 10), "high": steps(0, 9, 10)}


@pytest.mark.parametrize("unit", ["slice", "subject", "pooled"])
def test_the_best_values_stand_in_the_spec(unit):
    tuned = tune(Level(), SEARCHES, TuningSpec(unit=unit), Scans())
    assert tuned.spec == Level(low=5, high=7)
    assert tuned.score == 1


def test_every_scan_is_read_once_a_batch_of_candidates():
    scans = Scans()
    curve = tune(Level(), SEARCHES, TuningSpec(), scans).curve
    assert scans.reads == 2
    assert len(curve) == 100


def test_the_curve_has_a_row_a_candidate_and_marks_the_best():
    curve = tune(Level(), SEARCHES, TuningSpec(), Scans()).curve
    assert list(curve) == ["high", "low", "score", "n", "chosen", "at_end"]
    best = curve[curve["chosen"] == 1]
    assert best[["low", "high", "score", "n"]].to_numpy().tolist() == [[5, 7, 1, 2]]
    assert curve["score"].max() == 1


def test_combinations_that_the_component_refuses_have_no_score():
    curve = tune(Level(), SEARCHES, TuningSpec(), Scans()).curve
    refused = curve["low"] > curve["high"]
    assert refused.sum() == 45
    assert curve.loc[refused, "score"].isna().all()
    assert curve.loc[~refused, "score"].notna().all()


def test_a_search_of_nothing_that_the_component_takes_is_refused():
    with pytest.raises(ConfigError, match="low above high"):
        tune(Level(high=1), {"low": steps(5, 6, 2)}, TuningSpec(), Scans())


def test_scans_without_hemorrhage_have_no_best():
    with pytest.raises(TableError) as caught:
        tune(Level(), {"low": steps(5, 6, 2)}, TuningSpec(unit="slice"), Scans(lambda grey: grey > 100))
    assert caught.value.code == "no-tuning-score"


@pytest.mark.parametrize(
    ("ladder", "at_end"), [((0, 9, 10), ""), ((0, 5, 6), "low"), ((5, 9, 5), "low"), ((5, 6, 2), "low")]
)
def test_a_best_value_at_the_end_of_its_range_is_said(ladder, at_end, capsys):
    curve = tune(Level(high=7), {"low": steps(*ladder)}, TuningSpec(), Scans()).curve
    assert curve.loc[curve["chosen"] == 1, "at_end"].tolist() == [at_end]
    assert (curve.loc[curve["chosen"] == 0, "at_end"] == "").all()
    assert ("lies at the end of its search" in capsys.readouterr().err) == bool(at_end)


@pytest.mark.parametrize("searches", [SEARCHES, {"low": SEARCHES["low"]}])
@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_a_second_tuning_writes_the_same_bytes(strategy, searches, tmp_path):
    spec = TuningSpec(strategy=strategy, trials=8)
    for name in ("a", "b"):
        write_tuned(tune(Level(), searches, spec, Scans()), tmp_path / name / "tuned.json")
    for name in ("tuned.json", "curve.csv", "curve.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert Level.from_json((tmp_path / "a" / "tuned.json").read_text()).method == "level"
    assert b"atplotlib" not in (tmp_path / "a" / "curve.png").read_bytes()


def test_keys_searched_by_logarithms_are_drawn_so():
    log = Search.model_validate({"search": "log", "from": 0.5, "to": 8, "steps": 5})
    assert tune(Level(), {"low": log, "high": steps(7, 9, 3)}, TuningSpec(), Scans()).log_keys == ("low",)
