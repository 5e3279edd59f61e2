"""From a mapping to a checked config, or one sentence about what is wrong with it."""

import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from bleedmap.config.datasets import AnyDataset
from bleedmap.config.names import nearest
from bleedmap.config.workflow import Config
from bleedmap.errors import ConfigError


def load_config(values: Mapping[str, Any]) -> Config:
    """Check a config as read from YAML.

    Args:
        values: nested mappings, as Snakemake hands them over.

    Raises:
        ConfigError: one sentence on the first fault: key, value, what was expected, nearest valid name.
    """
    try:
        return Config.model_validate(dict(values))
    except ValidationError as error:
        raise _explain(error, Config) from None


def load_dataset(values: Mapping[str, Any]) -> AnyDataset:
    """Check the config of one data set.

    Raises:
        ConfigError: as ``load_config``.
    """
    try:
        return TypeAdapter[AnyDataset](AnyDataset).validate_python(dict(values))
    except ValidationError as error:
        raise _explain(error, AnyDataset) from None


def _explain(error: ValidationError, kind: Any) -> ConfigError:  # noqa: ANN401
    fault, count = error.errors()[0], error.error_count()
    key, _ = _follow(fault["loc"], kind)
    more = f" (and {count - 1} more faults)" if count > 1 else ""
    if fault["type"] == "extra_forbidden":
        parent = _follow(fault["loc"][:-1], kind)[1]
        valid = parent.model_fields if _is_model(parent) else ()
        hint = nearest(str(fault["loc"][-1]), valid)
        return ConfigError(
            "unknown-key", f"unknown key {key}{more}", "a key of config/README.md", f"correct it: {hint}"
        )
    if fault["type"] == "missing":
        return ConfigError("missing-key", f"no {key}{more}", "a value", "add it; config/README.md lists every key")
    if fault["type"] == "value_error":
        message = fault["msg"].removeprefix("Value error, ")
        return ConfigError("bad-value", f"{message}{more}", "parts that fit together", f"correct {key or 'that key'}")
    if fault["type"].startswith("union_tag"):
        return _explain_tag(fault["ctx"], *_follow(fault["loc"], kind), more)
    expected = fault["msg"][0].lower() + fault["msg"][1:]
    return ConfigError("bad-value", f"{key} = {_shown(fault['input'])}{more}", expected, "correct that value")


def _explain_tag(context: Mapping[str, Any], key: str, union: Any, more: str) -> ConfigError:  # noqa: ANN401
    """A component whose key ``method`` (or ``adapter``, ``pooling``) is missing or names none of its family."""
    tag = str(context["discriminator"]).strip("'")
    place = f"{key}.{tag}".lstrip(".")
    valid = _tags_in(union, tag)
    if "tag" not in context:
        return ConfigError("missing-key", f"no {place}{more}", f"one of {', '.join(valid)}", "add it")
    hint = nearest(str(context["tag"]), valid)
    return ConfigError("bad-value", f"{place} = {context['tag']!r}{more}", "a known one", f"correct it: {hint}")


def _tags_in(kind: Any, tag: str) -> list[str]:  # noqa: ANN401
    """Values that a tag may have, over all models of a union, sorted."""
    if _is_model(kind):
        field = kind.model_fields.get(tag)
        return sorted(map(str, typing.get_args(field.annotation))) if field else []
    return sorted({value for argument in typing.get_args(kind) for value in _tags_in(argument, tag)})


def _shown(value: object) -> str:
    """A value as in Python, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:
        # an int of more than 4300 digits
        return "a very long number"
    return text if len(text) < 60 else text[:57] + "..."


def _follow(location: tuple[int | str, ...], kind: Any) -> tuple[str, Any]:  # noqa: ANN401
    """The dotted key a user would recognise, and the type that stands there, from the type of the whole."""
    shown = []
    for part in location:
        kind, is_tag = _step(kind, part)
        if not is_tag and part != "[key]":
            shown.append(str(part))
    return ".".join(shown), kind


def _step(kind: Any, part: int | str) -> tuple[Any, bool]:  # noqa: ANN401
    """Type below ``kind``, and whether ``part`` was pydantic's tag of a union rather than a key of the user's."""
    if typing.get_origin(kind) is typing.Annotated:
        return _step(typing.get_args(kind)[0], part)
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return (field.annotation if field else object), False
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        models = [member for member in arguments if _is_model(member)]
        tagged = [m for m in models if any(part in typing.get_args(f.annotation) for f in m.model_fields.values())]
        if tagged:
            return tagged[0], True
        inner = models or [member for member in arguments if typing.get_origin(member) in (dict, tuple)]
        # in a union of plain values, pydantic adds the name of the one that did not fit
        return _step(inner[0], part) if len(inner) == 1 else (object, not inner)
    if typing.get_origin(kind) is dict:
        return arguments[1], False
    if typing.get_origin(kind) is tuple:
        return arguments[0], False
    return object, False


def _is_model(kind: Any) -> bool:  # noqa: ANN401
    return isinstance(kind, type) and issubclass(kind, BaseModel)
