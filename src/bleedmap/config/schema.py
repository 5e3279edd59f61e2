"""The config's JSON schema, generated from the models; in masks, detectors and segmenters a number may be a search."""

import json
from collections.abc import Mapping
from typing import Any

from bleedmap.config.search_places import AFTER_TRAINING
from bleedmap.config.searches import Search
from bleedmap.config.workflow import Config

REF = "#/$defs/"
NUMBERS = ("integer", "number")
EVERYWHERE = ("masks", "detectors")  # families of which any number may be a search


def schema() -> str:
    """JSON schema of the config."""
    whole = Config.model_json_schema()
    models = whole["$defs"]
    models["Search"] = Search.model_json_schema(by_alias=True)
    for family in EVERYWHERE:
        whole["properties"][family] = _with_searches(whole["properties"][family], models)
    for name in _names(whole["properties"]["segmenters"]):
        properties = models[name]["properties"]
        properties |= {key: _or_search(properties[key]) for key in AFTER_TRAINING}
    return json.dumps(whole, indent=2, sort_keys=True) + "\n"


def _with_searches(node: Any, models: dict[str, Any]) -> Any:  # noqa: ANN401
    """A part of the schema whose models are copies in which every number may be a search."""
    if isinstance(node, list):
        return [_with_searches(part, models) for part in node]
    if isinstance(node, str) and node.startswith(REF):
        return REF + _searched(node.removeprefix(REF), models)
    if not isinstance(node, Mapping):
        return node
    return {key: _with_searches(part, models) for key, part in node.items()}


def _searched(name: str, models: dict[str, Any]) -> str:
    """Name of the copy of a model, made if absent."""
    copy = f"{name}WithSearches"
    if copy not in models:
        models[copy] = {}  # what is inside may name it again
        model = _with_searches(models[name], models)
        properties = {key: _or_search(part) for key, part in model.get("properties", {}).items()}
        models[copy] = {**model, "properties": properties}
    return copy


def _or_search(part: Mapping[str, Any]) -> dict[str, Any]:
    """A key's schema that allows a search too, if the key is a number."""
    choices = part.get("anyOf", [part])
    if not any(choice.get("type") in NUMBERS for choice in choices):
        return dict(part)
    about = {key: part[key] for key in ("title", "description", "default") if key in part}
    bare = [{key: value for key, value in choice.items() if key not in about} for choice in choices]
    return {**about, "anyOf": [*bare, {"$ref": f"{REF}Search"}]}


def _names(node: Any) -> set[str]:  # noqa: ANN401
    """Models that a part of the schema names."""
    if isinstance(node, Mapping):
        return {name for part in node.values() for name in _names(part)}
    if isinstance(node, list):
        return {name for part in node for name in _names(part)}
    return {node.removeprefix(REF)} if isinstance(node, str) and node.startswith(REF) else set()
