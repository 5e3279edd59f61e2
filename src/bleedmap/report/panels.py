"""Everything known about one slice: CT, truth, heatmaps and masks of every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.scoring.overlap import count, dice
from bleedmap.slices.store import Store

Stores = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Panel:
    """One slice on the working grid.

    Args:
        scan: public name of the scan.
        slice_number: from 1, foot to head.
        hu: (size, size) int16.
        truth: (size, size) bool; None where nobody has drawn one.
        maps: (size, size) float in [0, 1] by heatmap.
        masks: (size, size) bool by method.
    """

    scan: str
    slice_number: int
    hu: NDArray[np.int16]
    truth: NDArray[np.bool_] | None
    maps: Mapping[str, NDArray[np.floating]]
    masks: Mapping[str, NDArray[np.bool_]]

    def dice(self, method: str) -> float:
        """Dice of a method on this slice; NaN without truth, and if both masks are empty."""
        return float("nan") if self.truth is None else float(dice(*count(self.masks[method], self.truth)))


def read_panels(chosen: pd.DataFrame, slices: Sequence[Path], maps: Stores, masks: Stores) -> list[Panel]:
    """Read chosen slices from their stores.

    Args:
        chosen: what ``choose`` returned.
        slices: slice stores of all shards.
        maps: stores of all shards by heatmap.
        masks: mask or prediction stores of all shards by method.
    """
    hu = _read(chosen, slices, "hu")
    truth = _read(chosen, slices, "truth")
    heat = {name: _read(chosen, paths, "maps") for name, paths in maps.items()}
    found = {name: _read(chosen, paths, "labels") for name, paths in masks.items()}
    places = zip(chosen["scan"], chosen["slice"].astype(int), chosen["has_truth"], strict=True)
    return [
        Panel(
            scan=scan,
            slice_number=index + 1,
            hu=hu[number],
            truth=truth[number] > 0 if has_truth else None,
            maps={name: pictures[number].astype(np.float32) for name, pictures in heat.items()},
            masks={name: pictures[number] > 0 for name, pictures in found.items()},
        )
        for number, (scan, index, has_truth) in enumerate(places)
    ]


def _read(chosen: pd.DataFrame, paths: Sequence[Path], array: str) -> list[NDArray[Any]]:
    """One picture a chosen slice; every store is opened once."""
    pictures: dict[int, NDArray[Any]] = {}
    for shard, places in chosen.groupby("shard"):
        with Store(paths[int(str(shard))]) as store:
            for index, row in places["row"].items():
                pictures[int(str(index))] = store.rows(array, slice(int(row), int(row) + 1))[0]
    return [pictures[index] for index in range(len(chosen))]
