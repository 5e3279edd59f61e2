"""A component's spec with values filled in by dotted key."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from bleedmap.config.base import Spec
from bleedmap.errors import ConfigError

AnySpec = TypeVar("AnySpec", bound=Spec)


def fill(spec: AnySpec, setting: Mapping[str, float]) -> AnySpec:
    """The spec with other values, validated as if the config had said so.

    Args:
        spec: a component.
        setting: value by key, dots between, such as ``of.above`` or ``thresholds.0``.

    Raises:
        ConfigError: the spec has no such number, or refuses the values.
    """
    values = spec.model_dump(mode="json", by_alias=True)
    for key, value in setting.items():
        holder, last = _place(values, key)
        holder[last] = int(value) if is_integer(spec, key) else value
    try:
        return type(spec).model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            "bad-value",
            found=f"{', '.join(f'{key} = {value:g}' for key, value in sorted(setting.items()))}, "
            f"of which {error.errors()[0]['msg']}",
            expected="values that the component takes",
            remedy="change the range of the search",
        ) from error


def is_integer(spec: Spec, key: str) -> bool:
    """Whether a key takes whole numbers: its value does.

    Raises:
        ConfigError: the spec has no such number.
    """
    holder, last = _place(spec.model_dump(mode="json", by_alias=True), key)
    return isinstance(holder[last], int)


def _place(values: dict[str, Any], key: str) -> tuple[Any, str | int]:
    """What holds the number of a dotted key, and its name or place there."""
    holder: Any = None
    found: Any = values
    last: str | int = key
    try:
        for part in key.split("."):
            holder, last = found, int(part) if isinstance(found, list) else part
            found = holder[last]
    except (KeyError, ValueError, IndexError, TypeError):
        found = None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ConfigError(
            "no-number",
            found=f"a search on {key}",
            expected="a numeric key of the component",
            remedy="name one of its numbers, with dots between nested keys",
        )
    return holder, last
