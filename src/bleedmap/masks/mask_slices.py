"""What a mask method or a detector may look at, and what a mask method gives."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from bleedmap.saliency.map_store import ScanMaps

ANY = 0  # index of class ``any``, which comes first wherever there are classes


@dataclass(frozen=True)
class MaskSlices:
    """Slices of one scan on the working grid.

    Args:
        hu: (B, H, W) int16 HU.
        brain: (B, H, W) bool brain mask.
        intensity: what ``hu`` is: ``hu``, ``mr`` or ``picture``.
        context: (B, 2 reach + 1, H, W) each slice with its neighbours, as the classifier sees it; None where no
            classifier is asked.
        truth: (B, H, W) uint8 drawn truth, for the truth method only; None elsewhere.
        drawn: (B,) bool, which slices have truth.
        maps: (B, K, H, W) floating saliency in [0, 1], zero outside the brain; None where no saliency was made.
        low: (B, K) float32, lowest value of each map before it was stretched.
        high: (B, K) float32, highest one.
        classes: names of the K maps, ``any`` first.
        told: (B, K) bool, which classes each slice may hold; None: all of them.
        origins_mm: (B, 3) where slices begin (see ``WorkingScan``); None in pictures without mm.
        pixel_mm: rows and columns of a pixel, mm; None too.
    """

    hu: NDArray[np.int16]
    brain: NDArray[np.bool_]
    intensity: str = "hu"
    context: NDArray[np.int16] | None = None
    truth: NDArray[np.uint8] | None = None
    drawn: NDArray[np.bool_] | None = None
    maps: NDArray[np.floating[Any]] | None = None
    low: NDArray[np.float32] | None = None
    high: NDArray[np.float32] | None = None
    classes: tuple[str, ...] = ("any",)
    told: NDArray[np.bool_] | None = None
    origins_mm: NDArray[np.float64] | None = None
    pixel_mm: tuple[float, float] | None = None

    def with_maps(self, maps: ScanMaps, classes: tuple[str, ...]) -> Self:
        """These slices and their maps."""
        return replace(self, maps=maps.maps, low=maps.low, high=maps.high, classes=classes)

    def only(self, numbers: NDArray[np.intp]) -> Self:
        """Some of the slices."""
        arrays: dict[str, Any] = {
            each.name: getattr(self, each.name)[numbers]
            for each in fields(self)
            if isinstance(getattr(self, each.name), np.ndarray)
        }
        return replace(self, **arrays)

    @property
    def saliency(self) -> NDArray[np.float32]:
        """(B, H, W) stretched maps of class ``any``, for methods that cannot do without."""
        return self.map_of(ANY)

    def map_of(self, number: int) -> NDArray[np.float32]:
        """(B, H, W) stretched maps of a class, by its index."""
        # the config has seen to it that a method that reads maps has them
        maps = cast("NDArray[np.floating[Any]]", self.maps)
        return maps[:, number].astype(np.float32)

    def absolute(self, number: int) -> NDArray[np.float32]:
        """(B, H, W) maps of a class as the saliency method gave them."""
        low = cast("NDArray[np.float32]", self.low)[:, number, None, None]
        high = self.peaks(number)[:, None, None]
        return np.asarray(low + self.map_of(number) * (high - low))

    def peaks(self, number: int) -> NDArray[np.float32]:
        """(B,) highest value of the maps of a class as the saliency method gave them."""
        return cast("NDArray[np.float32]", self.high)[:, number]


@dataclass(frozen=True)
class Masks:
    """What a mask method gives.

    Args:
        labels: (B, H, W) uint8: 0 background, 1 hemorrhage or 1..5 in the order of ``SUBTYPES``, 255 unknown.
        notes: rows that the method wants kept beside its masks, such as logits; ``slice`` is the index in the batch.
        seeds: (B, H, W) uint8, labels that are sure, 255 where nothing is; None from methods without seeds.
    """

    labels: NDArray[np.uint8]
    notes: list[dict[str, float]] = field(default_factory=list)
    seeds: NDArray[np.uint8] | None = None
