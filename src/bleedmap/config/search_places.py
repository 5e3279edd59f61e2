"""Takes searches out of the raw config, so that what is left are plain components with their first values."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bleedmap.config.detectors import AnyDetector
from bleedmap.config.masks import AnyMask
from bleedmap.config.names import nearest
from bleedmap.config.searches import Number, Search, ends
from bleedmap.config.segmenters import AnySegmenter

_FAMILIES: dict[str, Any] = {"masks": AnyMask, "detectors": AnyDetector, "segmenters": AnySegmenter}
_KEYS = [field.alias or name for name, field in Search.model_fields.items()]
AFTER_TRAINING = ("threshold", "min_component_ml")  # the numbers of a segmenter that no training depends on


def take_searches(values: Mapping[str, Any]) -> dict[str, Any]:
    """The config with every ``{search: ...}`` replaced by its first value, and all of them under ``searches``.

    Raises:
        ValueError: one sentence on a search that cannot be: its key, and why.
    """
    plain, searches = dict(values), dict[str, dict[str, dict[str, Search]]]()
    for family, kind in _FAMILIES.items():
        components = values.get(family)
        if not isinstance(components, Mapping):
            continue
        found = {name: _take(component, f"{family}.{name}", "") for name, component in components.items()}
        plain[family] = {name: component for name, (component, _) in found.items()}
        own = {
            name: _checked(kind, f"{family}.{name}", component, raw) for name, (component, raw) in found.items() if raw
        }
        searches |= {family: own} if own else {}
    return {**plain, "searches": searches}


def _take(value: Any, where: str, key: str) -> tuple[Any, dict[str, Search]]:  # noqa: ANN401
    """A part of a component without searches, and its searches by dotted key."""
    if not isinstance(value, Mapping):
        return value, {}
    if "search" in value:
        search = _search(f"{where}.{key}", value)
        return ends(search)[0], {key: search}
    plain: dict[str, Any] = {}
    found: dict[str, Search] = {}
    for name, part in value.items():
        plain[name], below = _take(part, where, f"{key}.{name}".lstrip("."))
        found |= below
    return plain, found


def _search(key: str, value: Mapping[str, Any]) -> Search:
    try:
        return Search.model_validate(dict(value))
    except ValidationError as error:
        msg = f"{key}: {_why(error)}"
        raise ValueError(msg) from None


def _checked(kind: Any, where: str, component: dict[str, Any], searches: Mapping[str, Search]) -> dict[str, Search]:  # noqa: ANN401
    """Searches of one component, their numbers whole where the key's are, each end a value that the key may have."""
    try:
        spec = TypeAdapter(kind).validate_python(component)
    except ValidationError:
        # the fault is in the component itself, and told with its key when that is checked
        return dict(searches)
    checked = {}
    for key, search in searches.items():
        number = _value(spec, key)
        if isinstance(number, bool) or not isinstance(number, int | float):
            msg = f"{where}.{key} has a search, but is no number; write its value down"
            raise ValueError(msg)
        if where.startswith("segmenters.") and key not in AFTER_TRAINING:
            msg = (
                f"{where}.{key} has a search, but every training depends on it; "
                f"only {' and '.join(AFTER_TRAINING)} of a segmenter can be searched"
            )
            raise ValueError(msg)
        for end in ends(search)[1:]:
            _check_end(kind, f"{where}.{key}", _with(component, key.split("."), end), end)
        checked[key] = _of_kind(search, type(number))
    return checked


def _check_end(kind: Any, where: str, component: dict[str, Any], end: Number) -> None:  # noqa: ANN401
    try:
        TypeAdapter(kind).validate_python(component)
    except ValidationError as error:
        msg = f"{where} may not be {end}, which its search contains: {_why(error)}"
        raise ValueError(msg) from None


def _of_kind(search: Search, kind: type[Number]) -> Search:
    """A search whose numbers are whole where the key's are; the spec has seen to it that they can be."""
    raw = search.model_dump(by_alias=True, exclude_none=True)
    numbers = {key: kind(raw[key]) for key in ("from", "to") if key in raw}
    lists = {"values": tuple(map(kind, raw["values"]))} if "values" in raw else {}
    return Search.model_validate({**raw, **numbers, **lists})


def _value(spec: object, key: str) -> object:
    for name in key.split("."):
        spec = getattr(spec, name)
    return spec


def _with(component: dict[str, Any], path: list[str], number: Number) -> dict[str, Any]:
    first, *rest = path
    return {**component, first: _with(component[first], rest, number) if rest else number}


def _why(error: ValidationError) -> str:
    """The first fault in half a sentence."""
    fault = error.errors()[0]
    if fault["type"] == "extra_forbidden":
        return f"unknown key {fault['loc'][-1]!r} of a search; {nearest(str(fault['loc'][-1]), _KEYS)}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{message[0].lower()}{message[1:]}"
