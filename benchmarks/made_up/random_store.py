"""Slice stores, masks and a split of made-up heads: data of any size in no time, for measuring the engine itself."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bleedmap.constants import CLASSES, UNKNOWN_LABEL
from bleedmap.slices.store import ScanEntry, add_rows, slice_attributes, write_store

SCANS_PER_SHARD = 20
ROLES = ("test", "test", "validation", "validation", "train", "train")  # of scans in turn; every other one bleeds
NO_SUBTYPES = (UNKNOWN_LABEL,) * (len(CLASSES) - 1)


@dataclass(frozen=True)
class RandomStore:
    """Files as the workflow would have made them.

    Args:
        slices: slice stores, one a shard.
        masks: mask stores of the same shards.
        split: split file of one fold: a third each tests, validates and trains.
    """

    slices: list[Path]
    masks: list[Path]
    split: Path


def write_random_store(folder: Path, *, scans: int, slices: int, size: int, seed: int = 0) -> RandomStore:
    """Heads of noise, with a bright block in the middle half of the slices of every other scan.

    Args:
        folder: where to write.
        scans: scans, a subject each.
        slices: slices a scan.
        size: rows and columns, pixels.
        seed: of the noise.
    """
    rng = np.random.default_rng(seed)
    starts = range(0, scans, SCANS_PER_SHARD)
    files = RandomStore(
        slices=[folder / "slices" / f"{number}.zarr.zip" for number in range(len(starts))],
        masks=[folder / "masks" / f"{number}.zarr.zip" for number in range(len(starts))],
        split=folder / "split.csv",
    )
    for start, slice_file, mask_file in zip(starts, files.slices, files.masks, strict=True):
        _write_shard(rng, range(start, min(start + SCANS_PER_SHARD, scans)), slices, size, slice_file, mask_file)
    roles = [f"p{scan:05d},0,{ROLES[scan % len(ROLES)]}\n" for scan in range(scans)]
    files.split.write_text("subject,fold,role\n" + "".join(roles), encoding="utf-8")
    return files


def _write_shard(
    rng: np.random.Generator, scans: range, slices: int, size: int, slice_file: Path, mask_file: Path
) -> None:
    middle = range(slices // 4, slices - slices // 4)
    bleeds = [scan % 2 == 1 and number in middle for scan in scans for number in range(slices)]
    rows = [
        [f"s{scan:05d}", f"p{scan:05d}", number, int(bleeds[index * slices + number]), *NO_SUBTYPES, True]
        for index, scan in enumerate(scans)
        for number in range(slices)
    ]
    entries = {f"s{scan:05d}": scan_entry(scan, slices, size) for scan in scans}
    with (
        write_store(slice_file, slice_attributes(rows, size, entries)) as images,
        write_store(mask_file, {"classes": ["any"], "resolved": []}) as masks,
    ):
        arrays = {
            "hu": add_rows(images, "hu", len(rows), size, "int16"),
            "brain": add_rows(images, "brain", len(rows), size, "uint8"),
            "truth": add_rows(images, "truth", len(rows), size, "uint8"),
            "labels": add_rows(masks, "labels", len(rows), size, "uint8"),
        }
        for row, blob in enumerate(bleeds):
            hu, brain, truth = _slice(rng, size, blob=blob)
            for name, image in {"hu": hu, "brain": brain, "truth": truth, "labels": truth}.items():
                arrays[name][row] = image


def scan_entry(scan: int, slices: int, size: int) -> ScanEntry:
    """What a store says of a scan that bleeds if its number is odd.

    Args:
        scan: its number.
        slices: how many it has.
        size: rows and columns, pixels.
    """
    return ScanEntry(
        box={"top": 0, "left": 0, "height": size, "width": size},
        labels=np.array([scan % 2, *NO_SUBTYPES], dtype=np.int8),
        drawn_subtypes=False,
        intensity="hu",
        voxel_ml=np.full(slices, 0.01),
    )


def _slice(
    rng: np.random.Generator, size: int, *, blob: bool
) -> tuple[NDArray[np.int16], NDArray[np.bool_], NDArray[np.bool_]]:
    row, column = np.mgrid[:size, :size] - (size - 1) / 2
    radius = np.hypot(row, column) / size
    brain, truth = radius < 0.38, np.zeros((size, size), dtype=bool)
    hu = np.where(brain, 32, np.where(radius < 0.44, 1000, -1000)) + rng.normal(0, 4, (size, size))
    if blob:
        top, left = rng.integers(size // 4, size // 2, size=2)
        truth[top : top + size // 6, left : left + size // 6] = True
        hu[truth] += 30
    return hu.round().astype(np.int16), brain, truth
