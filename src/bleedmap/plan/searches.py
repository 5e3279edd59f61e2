"""Searches of a component's values as JSON for the programs that tune."""

import json

from bleedmap.config.workflow import Config


def searches_json(config: Config, family: str, name: str) -> str:
    """Dotted key to search, canonical; empty where nothing is searched."""
    found = config.searches.get(family, {}).get(name, {})
    return json.dumps({key: search.model_dump(mode="json", by_alias=True) for key, search in sorted(found.items())})


def is_searched(config: Config, family: str, name: str) -> bool:
    """Whether a component leaves a value to the rule that tunes."""
    return bool(config.searches.get(family, {}).get(name))
