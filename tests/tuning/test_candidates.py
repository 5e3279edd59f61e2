from typing import Literal

import pytest

from bleedmap.config.base import Spec
from bleedmap.config.masks import HuThresholdSpec, KMeansDifferentialSpec
from bleedmap.errors import ConfigError
from bleedmap.tuning.candidates import fill, is_integer


class Inner(Spec):
    above: float = 0.5


class Outer(Spec):
    method: Literal["outer"] = "outer"
    of: Inner = Inner()
    scales: tuple[float, ...] = (1.0, 2.0)
    flips: bool = False


def test_values_reach_nested_keys_and_leave_the_others():
    filled = fill(Outer(), {"of.above": 0.2, "scales.1": 4})
    assert filled == Outer(of=Inner(above=0.2), scales=(1.0, 4.0))


def test_whole_numbers_stay_whole():
    spec = KMeansDifferentialSpec()
    assert is_integer(spec, "clusters")
    assert not is_integer(spec, "place_weight")
    assert fill(spec, {"clusters": 6.0}).clusters == 6


@pytest.mark.parametrize("key", ["abov", "of", "of.abov", "scales.2", "flips", "method", "of.above.deeper"])
def test_a_search_on_what_is_no_number_is_refused(key):
    with pytest.raises(ConfigError) as caught:
        fill(Outer(), {key: 1})
    assert caught.value.code == "no-number"
    assert key in str(caught.value)


def test_values_that_the_component_refuses_are_refused_with_its_sentence():
    with pytest.raises(ConfigError, match="is above high"):
        fill(HuThresholdSpec(), {"low": 60, "high": 50})
