"""Enhancements of a segmenter's input, one a file, named as ``method`` in the config: ``head_equalised``.

Each module has ``enhance(spec, hu, brain) -> hu``: a scan's slices on the working grid, (slices, size, size) HU and
bool brain mask, to float32 HU of the same shape. What comes out goes through the segmenter's windows like any HU.

- ``enhance_shard``: a slice store with the enhanced slices in place of the plain ones.
"""

import importlib
from functools import partial
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.enhancements import AnyEnhancement


class Enhance(Protocol):
    """An enhancement with its config filled in."""

    def __call__(self, hu: NDArray[Any], brain: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Enhanced slices of one scan."""


def build_enhancement(spec: AnyEnhancement) -> Enhance:
    """The method that a config names."""
    return cast("Enhance", partial(importlib.import_module(f"bleedmap.enhancements.{spec.method}").enhance, spec))
