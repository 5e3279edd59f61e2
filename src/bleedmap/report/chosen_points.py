"""Points of a detector on chosen slices, brought from the scan's own pixels to the working grid."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.provenance.tables import read_table
from bleedmap.slices.store import SliceStore


def read_points(chosen: pd.DataFrame, slices: Sequence[Path], tables: Sequence[Path]) -> list[NDArray[np.float64]]:
    """Points of class ``any`` on every chosen slice.

    Args:
        chosen: what ``choose`` returned.
        slices: slice stores of all shards.
        tables: tables of points of all shards (see ``scoring.points``).

    Returns:
        For each slice (n, 2) row and column on the working grid, 0 is the middle of the first pixel.
    """
    marks: dict[int, NDArray[np.float64]] = {}
    for shard, places in chosen.groupby("shard"):
        points = read_table(tables[int(str(shard))])
        points = points[points["class"] == "any"]
        with SliceStore(slices[int(str(shard))]) as store:
            for index, scan, number in zip(places.index, places["scan"], places["slice"], strict=True):
                own = points.loc[(points["scan"] == scan) & (points["slice"] == number), ["row", "column"]]
                marks[int(index)] = on_grid(own.to_numpy(dtype=np.float64), store.entries[scan].box, store.size)
    return [marks[index] for index in range(len(chosen))]


def on_grid(points: NDArray[np.float64], box: Mapping[str, int], size: int) -> NDArray[np.float64]:
    """Points of a scan on its working grid.

    Args:
        points: (n, 2) row and column, pixels of the scan.
        box: rectangle of the scan that was resampled (``ScanEntry.box``).
        size: rows and columns of the grid.
    """
    corner = np.array([box["top"], box["left"]], dtype=np.float64)
    sides = np.array([box["height"], box["width"]], dtype=np.float64)
    return np.asarray((points + 0.5 - corner) * size / sides - 0.5)
