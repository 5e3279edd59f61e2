"""Stretched maps with what they were before, of one scan and of a whole store."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bleedmap.slices.store import Store


@dataclass(frozen=True)
class ScanMaps:
    """Maps of one scan, a map a slice and class: ``value = low + map * (high - low)``.

    Args:
        maps: (n, K, H, W) float16 in [0, 1], each stretched by itself; zero where it was constant.
        low: (n, K) float32, the lowest value of each before it was stretched.
        high: (n, K) float32, the highest one.
    """

    maps: NDArray[np.float16]
    low: NDArray[np.float32]
    high: NDArray[np.float32]


class MapStore(Store):
    """A store of maps, its rows those of the slice store it was made from.

    ``classes`` names the maps of a slice, ``any`` first.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        attributes = self.attributes
        self.classes: tuple[str, ...] = tuple(attributes["classes"])
        self._low, self._high = (self._bounds(attributes[name]) for name in ("low", "high"))

    def scan(self, rows: slice) -> ScanMaps:
        """Maps of a scan, by its rows in the slice store."""
        return ScanMaps(self.rows("maps", rows), self._low[rows], self._high[rows])

    def _bounds(self, values: list[list[float]]) -> NDArray[np.float32]:
        return np.array(values, dtype=np.float32).reshape(-1, len(self.classes))


def map_attributes(
    classes: Sequence[str], low: NDArray[np.float32], high: NDArray[np.float32], resolved: Sequence[str]
) -> dict[str, Any]:
    """Attributes of a map store.

    Args:
        classes: K class names.
        low: (rows, K).
        high: (rows, K).
        resolved: what the saliency method decides where its paper is silent.
    """
    return {"classes": list(classes), "low": low.tolist(), "high": high.tolist(), "resolved": list(resolved)}
