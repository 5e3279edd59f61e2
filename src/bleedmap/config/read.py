"""Config files as mappings: read once, key by key, so that what is wrong with a file is one sentence."""

import json
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from bleedmap.errors import ConfigError

_LARGEST_BYTES = 10_000_000
_LARGEST_PARTS = 100_000  # keys and values, those behind every alias counted again
# what PyYAML raises on a number too long, a date that is none, a tag that does not fit
_BAD_VALUES = (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError)
_MERGE = "tag:yaml.org,2002:merge"


class _RepeatedKeyError(ValueError):
    """A key that a mapping has twice."""


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice instead of taking the last."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        # merged keys may be given again, that is what merging is for
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != _MERGE]
        _refuse_repeats(keys)
        return super().construct_mapping(node, deep=deep)


def read_config_file(path: Path) -> dict[str, Any]:
    """Read a config file, YAML or JSON.

    Raises:
        ConfigError: one sentence on why it is no config.
    """
    text = _text(path)
    try:
        values = _from_json(text) if text.lstrip().startswith("{") else _NOTHING
        values = _from_yaml(text) if values is _NOTHING else values
    except _RepeatedKeyError as error:
        raise _fault(path, f"key {error} twice in a mapping", "each key once", "take one of the two out") from None
    except RecursionError:
        raise _fault(path, "mappings nested too deep", "at most a few levels", "write it flatter") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        problem = str(error.problem or error.context).removeprefix("but ").removeprefix("found ")
        raise _fault(path, f"{where}{problem}", "YAML, indented by spaces", "correct that line") from None
    except _BAD_VALUES as error:
        problem = str(error).splitlines()[0] or type(error).__name__
        found = f"a value that cannot be read ({problem})"
        raise _fault(path, found, "YAML with values that exist", "correct that value") from None
    if not isinstance(values, dict) or not values:
        found = {type(None): "nothing", dict: "nothing", list: "a list"}.get(type(values), "a single value")
        raise _fault(path, found, "keys with values, as in config/config.yaml", "name another file or fill this one")
    return values


def check_config_files(paths: Iterable[Path]) -> None:
    """See that config files which Snakemake reads say what a reader sees: it takes the last of a key given twice.

    Raises:
        ConfigError: as ``read_config_file``.
    """
    for path in paths:
        read_config_file(Path(path))


_NOTHING = object()


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:  # a device has no size, so what is read is counted
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        found = f"nothing that can be read ({type(error).__name__})"
        raise _fault(path, found, "a config file", "correct the path") from None
    if len(content) > _LARGEST_BYTES:
        raise _fault(path, "more than 10 MB", "a config of at most 10 MB", "name another file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _fault(path, "bytes that are not UTF-8", "UTF-8 text", "save it as UTF-8 (not UTF-16)") from None


def _from_json(text: str) -> Any:  # noqa: ANN401
    """What a JSON text says; ``_NOTHING`` where it is none, for braces are YAML too."""
    try:
        return json.loads(text, object_pairs_hook=_mapping)
    except json.JSONDecodeError:
        return _NOTHING


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _refuse_repeats([key for key, _ in pairs])
    return dict(pairs)


def _from_yaml(text: str) -> Any:  # noqa: ANN401
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _size(node, {}, set()) > _LARGEST_PARTS:
            msg = f"aliases that unfold to more than {_LARGEST_PARTS} values"
            raise ValueError(msg)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _size(node: Node, known: dict[int, int], above: set[int]) -> int:
    """Number of nodes that a node stands for, aliases unfolded."""
    if isinstance(node, ScalarNode):
        return 1
    if id(node) in above:
        msg = "an alias inside of what it stands for"
        raise ValueError(msg)
    if id(node) not in known:
        above.add(id(node))
        inner = [part for each in node.value for part in (each if isinstance(each, tuple) else (each,))]
        known[id(node)] = 1 + sum(_size(part, known, above) for part in inner)
        above.remove(id(node))
    return known[id(node)]


def _refuse_repeats(keys: list[Any]) -> None:
    seen = set()
    # a key that is a list is no key, which the loader says in its own words
    for key in (key for key in keys if isinstance(key, Hashable)):
        if key in seen:
            raise _RepeatedKeyError(repr(key))
        seen.add(key)


def _fault(path: Path, found: str, expected: str, remedy: str) -> ConfigError:
    return ConfigError("config-file", f"in {path.name} {found}", expected, remedy)
