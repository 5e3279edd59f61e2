"""The union of brain specs."""

import pytest
from pydantic import ValidationError

from bleedmap.components import load, read_spec
from bleedmap.config.brain import (
    AnyBrain,
    ConvexHullSpec,
    ExternalSpec,
    MuschelliSpec,
    PrecomputedSpec,
    SkullInteriorSpec,
)

EVERY = (
    SkullInteriorSpec(bone_hu=78),
    MuschelliSpec(open_mm=2),
    ConvexHullSpec(),
    PrecomputedSpec(folder="masks"),
    ExternalSpec(command="strip {ct} {mask}"),
)


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.method)
def test_every_spec_comes_back_from_its_json_and_names_a_module(spec):
    assert read_spec(AnyBrain, spec.to_json()) == spec
    assert callable(load(spec).brain_mask)


def test_without_a_method_the_inside_of_the_skull_is_meant():
    assert read_spec(AnyBrain, '{"bone_hu": 78}') == SkullInteriorSpec(bone_hu=78)


@pytest.mark.parametrize(
    "text",
    [
        '{"method": "bet"}',
        '{"open_mm": 3}',
        '{"min_volume_ml": 3000}',
        '{"method": "convex_hull", "min_volume_ml": 3000}',
        '{"bridge_mm": 9, "defect_mm": 5}',
        '{"method": "muschelli", "soft_hu": [100, 0]}',
        '{"method": "muschelli", "soft_hu": [0, 200]}',
        '{"method": "precomputed"}',
        '{"method": "external", "command": "strip {ct}"}',
        '{"method": "external", "command": "strip {mask}"}',
        '{"method": "external", "command": "{ct} {mask}"}',
        '{"method": "external", "command": "strip \'{ct} {mask}"}',
    ],
)
def test_a_spec_that_cannot_work_is_refused(text):
    with pytest.raises(ValidationError):
        read_spec(AnyBrain, text)
