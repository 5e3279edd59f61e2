"""Mask methods, one a file, named as ``method`` in the config.

- ``truth``: the drawn truth; ``hu_threshold``: HU of fresh blood; neither reads a map;
- ``threshold``: salient pixels; ``kmeans_differential``: the cluster that matters; ``dense_crf``: maps meet edges;
- ``region``: the salient region that the first two begin with; ``mask_shard``: masks of a whole shard.

Each module has ``make_masks(spec, slices, classifier) -> masks``, (B, H, W) bool.
"""

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.config.masks import AnyMask

if TYPE_CHECKING:
    from bleedmap.classifiers.slice_classifier import SliceClassifier


@dataclass(frozen=True)
class MaskSlices:
    """What a mask method may look at.

    Args:
        hu: (B, H, W) int16 HU.
        brain: (B, H, W) bool brain mask.
        truth: (B, H, W) uint8 drawn truth; for the truth method only.
        maps: (B, H, W) float32 saliency in [0, 1], zero outside the brain; None where no saliency was made.
        notes: rows that a method wants kept beside its masks, such as logits; ``slice`` is the index in the batch.
    """

    hu: NDArray[np.int16]
    brain: NDArray[np.bool_]
    truth: NDArray[np.uint8]
    maps: NDArray[np.float32] | None = None
    notes: list[dict[str, float]] = field(default_factory=list)

    @property
    def saliency(self) -> NDArray[np.float32]:
        """The maps, for methods that cannot do without (the config has seen to it that they are there)."""
        return cast("NDArray[np.float32]", self.maps)


class MakeMasks(Protocol):
    """What every mask module offers as ``make_masks``."""

    def __call__(self, spec: Any, slices: MaskSlices, classifier: "SliceClassifier | None") -> NDArray[np.bool_]:  # noqa: ANN401
        """Masks of a batch of slices."""


def build_masks(spec: AnyMask) -> MakeMasks:
    """The method that a config names."""
    return cast("MakeMasks", importlib.import_module(f"bleedmap.masks.{spec.method}").make_masks)
