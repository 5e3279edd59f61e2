"""Saliency methods, one a file, named as ``method`` in the config: ``cam``.

Each module has ``explain(spec, model, hu, target) -> maps``: hu (B, H, W) float32 HU, maps (B, H, W) float32 in
[0, 1], each stretched to its own minimum and maximum, whatever batch it came in.
"""

import importlib
from functools import partial
from typing import Protocol, cast

from torch import Tensor

from bleedmap.classifiers.slice_classifier import SliceClassifier
from bleedmap.config.saliency import AnySaliency


class Explain(Protocol):
    """A saliency method with its config filled in."""

    def __call__(self, model: SliceClassifier, hu: Tensor, target: int) -> Tensor:
        """Maps of a batch of slices."""


def build_saliency(spec: AnySaliency) -> Explain:
    """The method that a config names."""
    return cast("Explain", partial(importlib.import_module(f"bleedmap.saliency.{spec.method}").explain, spec))
