import json

import jsonschema
import pytest
import yaml

from bleedmap.config.document import END, START, with_keys
from bleedmap.config.schema import schema

SEARCH = {"search": "linear", "from": 30, "to": 60, "steps": 4}


@pytest.fixture(scope="module")
def models():
    whole = json.loads(schema())
    return {"Config": whole, **whole["$defs"]}


@pytest.fixture
def demo(repository):
    return yaml.safe_load((repository / "config" / "config.yaml").read_text())


def test_committed_schema_and_reference_are_up_to_date(repository):
    reference = repository / "config" / "README.md"
    assert (repository / "workflow" / "schemas" / "config.schema.json").read_text() == schema()
    assert with_keys(reference.read_text()) == reference.read_text()


def test_every_key_is_explained(models):
    def bare(node, path):
        for name, part in node.get("properties", {}).items():
            explained = {"description", "const", "$ref"} & part.keys() or "$ref" in json.dumps(part)
            if not explained:
                yield f"{path}.{name}"

    assert [key for name, model in models.items() for key in bare(model, name)] == []


def test_reference_lists_every_key_of_every_model(models):
    page = with_keys(f"{START}{END}")
    keys = {key for model in models.values() for key in model.get("properties", {})}
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


def test_what_is_collected_from_a_config_is_no_key_of_it(models):
    assert "searches" not in models["Config"]["properties"]
    assert "| `searches` |" not in with_keys(f"{START}{END}")


@pytest.mark.parametrize(
    "place",
    [
        ("masks", "crf", "bilateral_sxy"),
        ("masks", "kmeans", "clusters"),
        ("masks", "kmeans", "window", "level"),
        ("segmenters", "unet3d", "min_component_ml"),
    ],
)
def test_the_schema_allows_a_search_for_a_number_of_a_mask_and_for_what_acts_after_a_training(demo, models, place):
    jsonschema.validate(with_search(demo, place), models["Config"])


@pytest.mark.parametrize(
    "place",
    [
        ("seed",),
        ("masks", "crf", "unary"),
        ("segmenters", "unet3d", "depth"),
        ("classifiers", "resnet10-lse", "training", "epochs"),
        ("slices", "field_of_view_mm"),
    ],
)
def test_the_schema_allows_no_search_elsewhere(demo, models, place):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(with_search(demo, place), models["Config"])


def with_search(config, place):
    *parents, last = place
    inner = config
    for parent in parents:
        inner = inner.setdefault(parent, {})
    inner[last] = SEARCH
    return config
