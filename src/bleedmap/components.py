"""The one loader of components: from a spec to the module that its config names."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import TypeAdapter

from bleedmap.config.base import Spec


def load(spec: Spec) -> ModuleType:
    """Module of a component, such as ``bleedmap.masks.dense_crf`` for ``method: dense_crf`` under ``masks``."""
    return importlib.import_module(spec.own_module())


def read_spec(family: Any, text: str, tuned: Path | None = None) -> Any:  # noqa: ANN401  a union is no type to mypy
    """A component's spec from the JSON that travels in a rule's params, or from the file that tuning wrote of it.

    Args:
        family: the union of a family's specs, such as ``AnyMask``.
        text: what ``Spec.to_json`` wrote.
        tuned: the same with values chosen in a fold, read in its place.
    """
    return TypeAdapter(family).validate_json(tuned.read_text(encoding="utf-8") if tuned else text)
