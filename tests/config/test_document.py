import json

from bleedmap.config.document import END, START, schema, with_keys
from bleedmap.config.workflow import Config


def test_committed_schema_and_reference_are_up_to_date(repository):
    reference = repository / "config" / "README.md"
    assert (repository / "workflow" / "schemas" / "config.schema.json").read_text() == schema()
    assert with_keys(reference.read_text()) == reference.read_text()


def test_every_key_is_explained():
    def bare(node, path):
        for name, part in node.get("properties", {}).items():
            explained = {"description", "const", "$ref"} & part.keys() or "$ref" in json.dumps(part)
            if not explained:
                yield f"{path}.{name}"

    models = {"Config": Config.model_json_schema(), **Config.model_json_schema()["$defs"]}
    assert [key for name, model in models.items() for key in bare(model, name)] == []


def test_reference_lists_every_key_of_every_model():
    page = with_keys(f"{START}{END}")
    models = [Config.model_json_schema(), *Config.model_json_schema()["$defs"].values()]
    assert [name for model in models for name in model.get("properties", {}) if f"| `{name}` |" not in page] == []
