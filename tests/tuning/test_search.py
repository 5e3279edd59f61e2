import math

import pytest

from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.tuning.dimension import Dimension
from bleedmap.tuning.search import search


def linear(first, last, steps, *, is_integer=False):
    return dimension(is_integer=is_integer, search="linear", steps=steps, **{"from": first, "to": last})


def log(first, last, steps):
    return dimension(search="log", steps=steps, **{"from": first, "to": last})


def dimension(*, is_integer=False, **values):
    return Dimension.of(Search.model_validate(values), is_integer=is_integer)


class Judge:
    """Scores settings by a function and remembers what it was asked, batch by batch."""

    def __init__(self, score):
        self._score, self.batches = score, []

    def __call__(self, settings):
        self.batches.append([dict(setting) for setting in settings])
        return [self._score(**setting) for setting in settings]

    @property
    def asked(self):
        return [setting for batch in self.batches for setting in batch]


def test_ladders_run_up_evenly_on_their_scale():
    assert linear(0.1, 0.9, 5).ladder == (0.1, 0.3, 0.5, 0.7, 0.9)
    assert linear(0.9, 0.1, 5).ladder == (0.1, 0.3, 0.5, 0.7, 0.9)
    assert log(0.001, 1, 4).ladder == (0.001, 0.01, 0.1, 1)
    assert dimension(search="list", values=[3, 1, 2]).ladder == (1, 2, 3)
    assert linear(1, 4, 10, is_integer=True).ladder == (1, 2, 3, 4)


def test_a_grid_is_every_combination_once_in_one_batch():
    judge = Judge(lambda a, b: -((a - 2) ** 2) - (b - 10) ** 2)
    best = search(TuningSpec(), {"b": linear(0, 20, 3), "a": linear(0, 3, 4)}, judge)
    assert best == {"a": 2, "b": 10}
    assert len(judge.batches) == 1
    assert judge.asked == [{"a": a, "b": b} for a in (0, 1, 2, 3) for b in (0, 10, 20)]


@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_of_equal_scores_the_lowest_values_win(strategy):
    spec = TuningSpec(strategy=strategy, trials=12)
    lists = {key: dimension(search="list", values=[5, 1, 3]) for key in ("a", "b")}
    assert search(spec, lists, Judge(lambda a, b: float(a + b > 0))) == {"a": 1, "b": 1}


@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_settings_without_a_score_are_never_chosen(strategy):
    spec, ladder = TuningSpec(strategy=strategy, trials=12), {"a": linear(0, 4, 5, is_integer=True)}
    assert search(spec, ladder, Judge(lambda a: math.nan if a < 3 else -a)) == {"a": 3}
    assert search(spec, ladder, Judge(lambda a: math.nan)) is None


def test_coordinate_search_climbs_key_by_key_until_nothing_changes():
    ladder = linear(0, 8, 9)
    judge = Judge(lambda a, b: -((a - 1) ** 2) - (b - 7) ** 2)
    spec = TuningSpec(strategy="coordinate", rounds=50)
    assert search(spec, {"a": ladder, "b": ladder}, judge) == {"a": 1, "b": 7}
    # from the middle along a, along b, along a again, and there is nothing better; what was judged is not judged again
    assert [len(batch) for batch in judge.batches] == [9, 8, 8]


def test_coordinate_search_goes_round_again_where_keys_depend_on_each_other():
    ladder = linear(0, 6, 7)
    ridge = Judge(lambda a, b: -((a - b) ** 2) - 0.6 * (a + b - 12) ** 2)
    one, many = (
        search(TuningSpec(strategy="coordinate", rounds=rounds), {"a": ladder, "b": ladder}, ridge)
        for rounds in (1, 20)
    )
    assert many == {"a": 6, "b": 6}
    assert one != many


def test_bayes_finds_a_peak_with_few_trials():
    judge = Judge(lambda threshold, clusters: -((math.log10(threshold) + 2) ** 2) - 0.1 * (clusters - 5) ** 2)
    dimensions = {"threshold": log(1e-4, 1, 2), "clusters": linear(2, 12, 2, is_integer=True)}
    best = search(TuningSpec(strategy="bayes", trials=30, seed=1), dimensions, judge)
    assert best["clusters"] == 5
    assert 0.006 < best["threshold"] < 0.016
    assert len(judge.asked) <= 30
    assert all(setting["clusters"] in range(2, 13) for setting in judge.asked)


def test_bayes_sees_log_keys_on_a_log_scale():
    judge = Judge(lambda threshold: threshold)
    search(TuningSpec(strategy="bayes", trials=12, seed=2), {"threshold": log(1e-6, 1, 2)}, judge)
    # a first batch drawn evenly between the ends would hold one value in a thousand below 0.001
    assert [setting["threshold"] < 1e-3 for setting in judge.batches[0]].count(True) == 2
    assert len(judge.batches[0]) == 4


@pytest.mark.parametrize("seed", [0, 7])
def test_bayes_tries_the_same_again_for_the_same_seed(seed):
    spec = TuningSpec(strategy="bayes", trials=12, seed=seed)
    first, again = Judge(lambda a, b: -(a**2) - b**2), Judge(lambda a, b: -(a**2) - b**2)
    for judge in (first, again):
        search(spec, {"a": linear(-3, 3, 2), "b": log(0.1, 10, 2)}, judge)
    assert first.batches == again.batches


def test_bayes_tries_something_else_for_another_seed():
    judges = [Judge(lambda a: -(a**2)) for _ in range(2)]
    for seed, judge in enumerate(judges):
        search(TuningSpec(strategy="bayes", trials=6, seed=seed), {"a": linear(-3, 3, 2)}, judge)
    assert judges[0].asked != judges[1].asked


@pytest.mark.parametrize("strategy", ["grid", "coordinate", "bayes"])
def test_one_value_is_tried_once(strategy):
    judge = Judge(lambda a: a)
    assert search(TuningSpec(strategy=strategy), {"a": dimension(search="list", values=[4])}, judge) == {"a": 4}
    assert judge.asked == [{"a": 4}]
