"""Where the bleeds of a scan lie on the working grid, as far as somebody has drawn or framed them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.scoring.boxes import boxes_of
from bleedmap.scoring.classes import ANY, class_mask
from bleedmap.slices.box import Box
from bleedmap.slices.store import SliceStore
from bleedmap.volumes.ct_volume import Box as Frame
from bleedmap.volumes.scan_archive import read_scan


def bleeds_on_grid(
    store: SliceStore, archive: Path, rows: NDArray[np.intp], class_name: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Bleeds of a class on slices of one scan: the drawn truth, or on slices without it, boxes.

    Args:
        store: slice store.
        archive: archive of the same shard's scans, read where a slice has no truth.
        rows: (n,) rows of the store, of one scan.
        class_name: one of ``CLASSES``.

    Returns:
        (n, size, size) bool, and (n,) bool whether somebody said where this class lies.
    """
    table = store.table.iloc[rows]
    scan = str(table["scan"].iloc[0])
    entry = store.entries[scan]
    known = table["drawn"].to_numpy(dtype=bool) & (class_name == ANY or entry.drawn_subtypes)
    truth = np.stack([store.rows("truth", slice(row, row + 1))[0] for row in rows])
    bleeds = class_mask(truth, class_name) & known[:, None, None]
    if not known.all():
        framed = _framed(archive, scan, class_name)
        for place in np.flatnonzero(~known) if framed is not None else ():
            own = [box for box in framed or () if box.slice == table["slice"].iloc[place]]
            bleeds[place], known[place] = on_grid(own, Box(**entry.box), store.size), True
    return bleeds, known


def _framed(archive: Path, name: str, class_name: str) -> tuple[Frame, ...] | None:
    """Boxes of a class that readers drew; None where there are none, or none that name it."""
    scan = read_scan(archive, name)
    return boxes_of(scan, class_name) if scan.boxes else None


def on_grid(frames: list[Frame], grid: Box, size: int) -> NDArray[np.bool_]:
    """Pixels of the working grid whose middle lies in one of some boxes.

    Args:
        frames: boxes of one slice, measured from the corner of the scan's first pixel.
        grid: where the working grid lies in the scan.
        size: rows and columns of the grid.

    Returns:
        (size, size) bool.
    """
    middles = grid.to_own_pixels(np.repeat(np.arange(size)[:, None], 2, axis=1), size) + 0.5
    found = np.zeros((size, size), dtype=bool)
    for frame in frames:
        down, across = middles[:, 0] - frame.top, middles[:, 1] - frame.left
        found |= np.outer((down >= 0) & (down <= frame.height), (across >= 0) & (across <= frame.width))
    return found
