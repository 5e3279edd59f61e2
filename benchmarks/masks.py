"""Seconds of a dense CRF: how they grow with the size of a slice and of a volume, and what a second process saves.

``python -m benchmarks.masks --out FOLDER`` measures slices of up to 512 x 512 pixels, a volume of 256 x 256 x 32 voxels
and slices shared by two processes. Single fields are told in seconds of the processor, so that what else the machine
does counts little; the processes in seconds of the clock, for that is what they save.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bleedmap.config.masks import DenseCrfSpec
from bleedmap.masks.dense_crf import make_masks
from bleedmap.masks.mask_slices import MaskSlices

PIXEL_MM, GAP_MM = 0.5, 5.0
SLICE = DenseCrfSpec()
VOLUME = DenseCrfSpec(space="volume", unit="mm", gaussian_sxy=3 * PIXEL_MM, bilateral_sxy=50 * PIXEL_MM)


def bleeds(slices: int, size: int) -> MaskSlices:
    """Noisy brain with a round bleed in each slice, and a broad map beside it."""
    rng = np.random.default_rng(0)
    row, column = np.indices((size, size)) / size
    blood = np.hypot(row - 0.45, column - 0.45) < 0.1
    hu = np.where(blood, 65, 30) + rng.normal(0, 4, (slices, size, size))
    cam = np.exp(-(np.hypot(row - 0.5, column - 0.5) ** 2) / (2 * 0.15**2))
    bounds = np.ones((slices, 1), dtype=np.float32)
    return MaskSlices(
        hu=hu.astype(np.int16),
        brain=np.ones(hu.shape, dtype=bool),
        maps=np.repeat(cam[None, None].astype(np.float32), slices, axis=0),
        low=0 * bounds,
        high=bounds,
        origins_mm=np.arange(slices)[:, None] * np.array([GAP_MM, 0.0, 0.0]),
        pixel_mm=(PIXEL_MM, PIXEL_MM),
    )


def one_field(spec: DenseCrfSpec, slices: int, size: int, turns: int) -> float:
    """Seconds of the processor, the fastest of some turns."""
    found, spent = bleeds(slices, size), []
    for _ in range(turns):
        start = time.process_time()
        make_masks(spec, found, None)
        spent.append(time.process_time() - start)
    return min(spent)


def shared(workers: int, slices: int, size: int, turns: int) -> float:
    """Seconds of the clock for many slices, the fastest of some turns; one more starts the processes."""
    spec, found, spent = SLICE.model_copy(update={"workers": workers}), bleeds(slices, size), []
    for _ in range(turns + 1):
        start = time.perf_counter()
        make_masks(spec, found, None)
        spent.append(time.perf_counter() - start)
    return min(spent[1:])


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512], help="rows and columns of a slice")
    parser.add_argument("--depths", type=int, nargs="+", default=[8, 16, 32], help="slices of a volume")
    parser.add_argument("--volume", type=int, default=256, help="rows and columns of the volume's slices")
    parser.add_argument("--slices", type=int, default=16, help="slices that the processes share")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--turns", type=int, default=3, help="turns of each")
    options = parser.parse_args()
    rows = [("slice", size, 1, one_field(SLICE, 1, size, options.turns)) for size in options.sizes]
    rows += [
        ("volume", options.volume, depth, one_field(VOLUME, depth, options.volume, options.turns))
        for depth in options.depths
    ]
    rows += [
        (f"slices, {workers} processes", options.sizes[-1], options.slices, seconds)
        for workers in (1, options.workers)
        for seconds in [shared(workers, options.slices, options.sizes[-1], options.turns)]
    ]
    table = pd.DataFrame(rows, columns=["field", "size", "slices", "seconds"])
    table["microseconds_a_voxel"] = table["seconds"] / (table["size"] ** 2 * table["slices"]) * 1e6
    table["times_faster"] = [np.nan] * (len(rows) - 1) + [rows[-2][3] / rows[-1][3]]
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.4g')}\n")


if __name__ == "__main__":
    main()
