"""Everything known about one slice: CT, truth, heatmaps, and masks or points of every method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.report.chosen_points import read_points
from bleedmap.scoring.overlap import count, dice
from bleedmap.slices.store import SliceStore, Store

Stores = Mapping[str, Sequence[Path]]


@dataclass(frozen=True)
class Panel:
    """One slice on the working grid.

    Args:
        scan: public name of the scan.
        slice_number: from 1, foot to head.
        hu: (size, size) int16.
        truth: (size, size) bool, hemorrhage of any kind; None where nobody has drawn one.
        maps: (size, size) float in [0, 1] by heatmap, of class ``any``.
        masks: (size, size) bool by method, hemorrhage of any kind.
        points: (n, 2) row and column on the grid by method, of class ``any``.
        intensity: what ``hu`` is: ``hu``, ``mr`` or ``picture``.
    """

    scan: str
    slice_number: int
    hu: NDArray[np.int16]
    truth: NDArray[np.bool_] | None
    maps: Mapping[str, NDArray[np.floating]]
    masks: Mapping[str, NDArray[np.bool_]]
    points: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    intensity: str = "hu"

    def dice(self, method: str) -> float:
        """Dice of a method's mask on this slice; NaN without a mask, and where nothing is drawn to be found."""
        if self.truth is None or not self.truth.any() or method not in self.masks:
            return float("nan")
        return float(dice(*count(self.masks[method], self.truth)))


def image_name(panels: Sequence[Panel]) -> str:
    """What the slices of a picture are called."""
    return "MR" if any(panel.intensity == "mr" for panel in panels) else "CT"


def read_panels(
    chosen: pd.DataFrame, slices: Sequence[Path], maps: Stores, masks: Stores, points: Stores
) -> list[Panel]:
    """Read chosen slices from their stores.

    Args:
        chosen: what ``choose`` returned.
        slices: slice stores of all shards.
        maps: stores of all shards by heatmap.
        masks: mask or prediction stores of all shards by method.
        points: tables of points of all shards by method.
    """
    hu = _read(chosen, slices, "hu")
    truth = _read(chosen, slices, "truth")
    intensity = _intensities(slices)
    heat = {name: _read(chosen, paths, "maps") for name, paths in maps.items()}
    found = {name: _read(chosen, paths, "labels") for name, paths in masks.items()}
    marked = {name: read_points(chosen, slices, paths) for name, paths in points.items()}
    places = zip(chosen["scan"], chosen["slice"].astype(int), chosen["drawn"], strict=True)
    return [
        Panel(
            scan=scan,
            slice_number=index + 1,
            hu=hu[number],
            truth=truth[number] > 0 if drawn else None,
            # the first of a map's classes is any
            maps={name: pictures[number][0].astype(np.float32) for name, pictures in heat.items()},
            masks={name: _bleeds(pictures[number]) for name, pictures in found.items()},
            points={name: marks[number] for name, marks in marked.items()},
            intensity=intensity[scan],
        )
        for number, (scan, index, drawn) in enumerate(places)
    ]


def _intensities(slices: Sequence[Path]) -> dict[str, str]:
    """What the values of every scan are."""
    found: dict[str, str] = {}
    for path in slices:
        with SliceStore(path) as store:
            found |= {name: entry.intensity for name, entry in store.entries.items()}
    return found


def _bleeds(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((labels > 0) & (labels != UNKNOWN_VOXEL))


def _read(chosen: pd.DataFrame, paths: Sequence[Path], array: str) -> list[NDArray[Any]]:
    """One picture a chosen slice; every store is opened once."""
    pictures: dict[int, NDArray[Any]] = {}
    for shard, places in chosen.groupby("shard"):
        with Store(paths[int(str(shard))]) as store:
            for index, row in places["row"].items():
                pictures[int(str(index))] = store.rows(array, slice(int(row), int(row) + 1))[0]
    return [pictures[index] for index in range(len(chosen))]
