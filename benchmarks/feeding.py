"""How fast slices come: from a store on disk to a batch that is ready to learn from, with the network left out.

Slices are those of a phantom, which are as hard to compress as those of a scanner, in random order, in batches of 32:

- ``memory map``: copied from a plain file by numpy, the floor;
- ``read``: from the store, as they are kept; all that has to be done before a device has them;
- ``read, drawn``: and what is to be done to each of them is drawn;
- ``ready``, ``ready, augmented``: as a training gets them, on the device; on a CPU that does all the work itself;
- ``augment alone``: what of that is done on the device;
- ``scans``, ``scans by zarr``: whole scans in order, as later stages read them, and as zarr itself reads them.

``python -m benchmarks.feeding --out FOLDER`` tells of each what a slice costs, in milliseconds of the processor, and so
how many slices one core gives in a second; that counts all threads together, whatever else the machine does. Slices in
a second of the clock tell how it scales with threads, on a machine that does nothing else.
"""

import argparse
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.made_up.bare_loop import now
from benchmarks.made_up.random_store import NO_SUBTYPES, scan_entry
from bleedmap.classifiers.slice_batches import SliceBatches
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.phantom.subject import make_subject
from bleedmap.slices.augment import augment, draw_changes
from bleedmap.slices.box import Box
from bleedmap.slices.prefetch import Places, ahead, batches_of
from bleedmap.slices.store import SliceStore, add_rows, slice_attributes, write_store
from bleedmap.slices.training_set import TrainingSet
from bleedmap.training.engine import make_deterministic

FIELD_MM = 200.0  # as the demo's working grid
BATCH = 32

Step = Callable[[int], Iterator[object]]  # from a number of threads to what is made, batch by batch


@dataclass(frozen=True)
class Feed:
    """A store, and the same slices as a plain file.

    Args:
        store: slice store.
        plain: (slices, size, size) int16, nothing but numbers.
        size: rows and columns.
        slices: how many there are.
    """

    store: Path
    plain: Path
    size: int
    slices: int


def write_feed(folder: Path, hu: NDArray[np.int16], size: int, scans: int) -> Feed:
    """The slices of one scan as those of several, on a grid of ``size`` pixels.

    Args:
        folder: where to write.
        hu: (slices, rows, columns) HU.
        size: rows and columns to write.
        scans: how often the scan comes.
    """
    small = Box(0, 0, *hu.shape[1:]).take(hu, size, 0).round().astype(np.int16)
    every = np.tile(small, (scans, 1, 1))
    names = [f"s{scan:03d}" for scan in range(scans)]
    rows = [[name, name, number, number % 2, *NO_SUBTYPES, False] for name in names for number in range(len(small))]
    entries = {name: scan_entry(0, len(small), size) for name in names}
    feed = Feed(folder / f"{size}.zarr.zip", folder / f"{size}.raw", size, len(every))
    with write_store(feed.store, slice_attributes(rows, size, entries)) as group:
        add_rows(group, "hu", len(every), size, "int16")[:] = every
    every.tofile(feed.plain)
    return feed


def measure(feed: Feed, threads: list[int], turns: int) -> pd.DataFrame:
    """A row a step and number of threads.

    Args:
        feed: what to read.
        threads: that read ahead; 1: the one that asks.
        turns: of each; the best one counts.

    Returns:
        Columns size, step, threads; cpu_ms, of a slice; per_core, slices a second of the processor; per_second, slices
        a second of the clock; of_floor, per_core in that of the memory map.
    """
    with TrainingSet([feed.store]) as data, SliceStore(feed.store) as store:
        steps = {**_slice_steps(feed, data), **_scan_steps(store)}
        rows = []
        for name, (step, seen) in steps.items():
            for count in threads if "alone" not in name and "scans" not in name else [1]:
                cpu, clock = zip(*(_time(step, count) for _ in range(turns)), strict=True)
                rows.append([feed.size, name, count, 1e3 * min(cpu) / seen, seen / min(cpu), seen / min(clock)])
    table = pd.DataFrame(rows, columns=["size", "step", "threads", "cpu_ms", "per_core", "per_second"])
    return table.assign(of_floor=table["per_core"] / table["per_core"][0])


def _slice_steps(feed: Feed, data: TrainingSet) -> dict[str, tuple[Step, int]]:
    """Each step, and how many slices it makes."""
    plain = np.memmap(feed.plain, dtype=np.int16, mode="r", shape=(feed.slices, feed.size, feed.size))
    # the last scan validates
    role = np.where(data.table["scan"] == data.table["scan"].iloc[-1], "validation", "train")
    order = np.random.default_rng(0).permutation(np.flatnonzero(role == "train"))

    def batches(threads: int, *, moved: bool) -> SliceBatches:
        spec = TrainingSpec.model_validate({"batch": BATCH, "workers": threads if threads > 1 else 0})
        # to validate on, slices are read in order and left as they are
        return SliceBatches(data, role if moved else _swapped(role), spec, 0, ("any",), 0)

    def reading(read: Callable[[Places], object]) -> Step:
        return lambda threads: ahead(read, batches_of(len(order), BATCH), threads if threads > 1 else 0)

    changes = TrainingSpec().augment
    hu = torch.from_numpy(data.neighbours(order[:BATCH], 0))

    def alone(threads: int) -> Iterator[Tensor]:
        yield augment(draw_changes(changes, (0, 0), range(len(hu))), hu, hu[:, :0].float())[0]

    return {
        "memory map": (reading(lambda part: plain[order[part]]), len(order)),
        "read": (reading(lambda part: data.neighbours(order[part], 0)), len(order)),
        "read, drawn": (
            reading(
                lambda part: (data.neighbours(order[part], 0), draw_changes(changes, (0, 0), order[part].tolist()))
            ),
            len(order),
        ),
        "ready": (lambda threads: batches(threads, moved=False).validation(), len(order)),
        "ready, augmented": (lambda threads: batches(threads, moved=True).training(0), len(order)),
        "augment alone": (alone, len(hu)),
    }


def _swapped(role: NDArray[np.str_]) -> NDArray[np.str_]:
    return np.where(role == "train", "validation", "train")


def _scan_steps(store: SliceStore) -> dict[str, tuple[Step, int]]:
    """Whole scans, and how many slices they have."""
    scans, count = [rows for _, rows in store.scans()], len(store.table)
    return {
        "scans": (lambda threads: (store.rows("hu", rows) for rows in scans), count),
        "scans by zarr": (lambda threads: (np.asarray(store.group["hu"][rows]) for rows in scans), count),
    }


def _time(step: Step, threads: int) -> tuple[float, float]:
    """Seconds of the processor, all threads together, and of the clock."""
    cpu, clock = time.process_time(), now()
    deque(step(threads), maxlen=0)
    end = now()
    return time.process_time() - cpu, end - clock


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the stores")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512], help="rows and columns of slices")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="threads that read ahead")
    parser.add_argument("--scans", type=int, default=5, help="scans of some thirty slices; the last one validates")
    parser.add_argument("--turns", type=int, default=5, help="turns of each step")
    options = parser.parse_args()
    make_deterministic(0, threads=1)
    options.out.mkdir(parents=True, exist_ok=True)
    spec = PhantomSpec(subjects=2, prevalence=0, matrix=max(options.sizes), field_of_view_mm=FIELD_MM)
    hu = make_subject(spec, 0).hu
    feeds = [write_feed(options.out, hu, size, options.scans) for size in options.sizes]
    table = pd.concat([measure(feed, options.threads, options.turns) for feed in feeds], ignore_index=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.3f')}\n")


if __name__ == "__main__":
    main()
