"""Brain masks of pictures: which share of phantom slices is masked well, however they were exported.

Slices with at least 10 cm2 of brain are exported in 8 windows and 4 sizes, with and without a head rest brighter and
wider than the head, with their skull and stripped. A mask is good where its Dice against the brain is at least 0.9.
That is told for the phantom's brain as it is, and for the part that a picture shows: near the vertex, bone shines
through a good part of the brain and leaves it as white as the skull. Run as ``python -m benchmarks.brain_pictures``.
"""

import argparse
import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.update(OMP_NUM_THREADS="1")

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from benchmarks.figures.measures import dice
from bleedmap.brain.gates import flags
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.constants import AIR_HU
from bleedmap.phantom.subject import make_subject
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry

WINDOWS = ((40, 80), (35, 60), (40, 120), (50, 150), (80, 200), (40, 380), (60, 400), (30, 90))
SIZES = (128, 224, 384, 640)
LEAST_MM2, GOOD = 1000.0, 0.9
REST_HU, REST_MM, REST_RADIUS_MM, REST_GAP_MM = 1200, 8.0, 135.0, 3.0
PIXELS = Geometry(np.zeros((1, 3)), np.array([0.0, 1, 0]), np.array([1.0, 0, 0]), in_mm=False)


@dataclass(frozen=True)
class Export:
    """How a slice is made a picture.

    Args:
        window: level and width, HU.
        size: rows and columns.
        rest: whether a head rest lies under the head.
        stripped: whether all but the brain was taken away.
    """

    window: tuple[int, int]
    size: int
    rest: bool
    stripped: bool


EXPORTS = tuple(Export(*values) for values in itertools.product(WINDOWS, SIZES, (False, True), (False, True)))


def exported(
    hu: NDArray[np.int16], brain: NDArray[np.bool_], pixel_mm: float, how: Export
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A slice as a picture of 8 bits, and its brain on the picture's pixels."""
    shown = np.where(brain, hu, AIR_HU) if how.stripped else hu
    if how.rest:
        shown = np.where(head_rest(hu, pixel_mm), REST_HU, shown)
    level, width = how.window
    grey = np.clip((shown - level) / width + 0.5, 0, 1) * 255
    side = (how.size, how.size)
    picture = Image.fromarray(grey.round().astype(np.uint8)).resize(side, Image.Resampling.BILINEAR)
    drawn = Image.fromarray(brain.astype(np.uint8) * 255).resize(side, Image.Resampling.BILINEAR)
    return np.asarray(picture), np.asarray(drawn) > 127


def head_rest(hu: NDArray[np.int16], pixel_mm: float) -> NDArray[np.bool_]:
    """A shell under the head, up to the border of the picture on both sides."""
    rows, columns = (np.flatnonzero((hu > -200).any(axis=axis)) for axis in (1, 0))
    down, across = np.indices(hu.shape)
    centre = rows[-1] + (REST_GAP_MM - REST_RADIUS_MM) / pixel_mm
    radius = np.hypot(down - centre, 0.9 * (across - (columns[0] + columns[-1]) / 2)) * pixel_mm
    return np.asarray((radius > REST_RADIUS_MM) & (radius < REST_RADIUS_MM + REST_MM) & (down > centre))


def judged(hu: NDArray[np.int16], brain: NDArray[np.bool_], pixel_mm: float, how: Export) -> dict[str, object]:
    """Dice of the default mask of one picture against its brain, and against what it shows of that."""
    grey, truth = exported(hu, brain, pixel_mm, how)
    volume = as_volume(grey)
    spec = SkullInteriorSpec()
    mask = brain_mask(spec, volume)
    shown = truth & (grey < 250)
    return {
        "window": "/".join(map(str, how.window)),
        "size": how.size,
        "rest": how.rest,
        "stripped": how.stripped,
        "dice": dice(mask[0] > 0, truth),
        "dice_shown": dice(mask[0] > 0, shown),
        "empty": not mask.any(),
        "flagged": bool(flags(spec, mask, volume)),
    }


def as_volume(grey: NDArray[np.uint8]) -> CtVolume:
    """A picture as it is read with the brain window, whatever its own was."""
    return CtVolume(np.rint(grey / 255 * 80).astype(np.int16)[None], PIXELS, intensity="picture")


def judge_subject(spec: PhantomSpec, index: int, every: int) -> Iterator[dict[str, object]]:
    """A row for one in ``every`` exports of every slice of a subject that shows enough brain, in turn."""
    subject = make_subject(spec, index)
    pixel_mm = subject.spacing[1]
    areas = subject.brain.sum(axis=(1, 2)) * pixel_mm**2
    pairs = itertools.product(np.flatnonzero(areas >= LEAST_MM2), EXPORTS)
    for number, how in itertools.islice(pairs, index % every, None, every):
        row = judged(subject.hu[number], subject.brain[number], pixel_mm, how)
        yield {"subject": index, "slice": int(number), "cm2": round(areas[number] / 100), **row}


def main(subjects: int, every: int, seed: int) -> None:
    """Measure and print shares of good masks, in all and by what differs."""
    start = time.process_time()
    spec = PhantomSpec(seed=seed, matrix=512)
    rows = pd.DataFrame(row for index in range(subjects) for row in judge_subject(spec, index, every))
    rows["good"], rows["good_shown"] = rows["dice"] >= GOOD, rows["dice_shown"] >= GOOD
    print(f"{len(rows)} pictures, {time.process_time() - start:.0f} CPU s")  # noqa: T201
    print(f"Dice of at least {GOOD}: {rows['good'].mean():.4f}, of what is shown: {rows['good_shown'].mean():.4f}")  # noqa: T201
    print(f"empty: {rows['empty'].sum()}, of them without a flag: {(rows['empty'] & ~rows['flagged']).sum()}")  # noqa: T201
    rows["brain"] = pd.cut(rows["cm2"], [0, 30, 60, 100, 300], labels=["10-30", "30-60", "60-100", "100-"])
    for name in ("window", "size", "rest", "stripped", "brain"):
        shares = rows.groupby(name, observed=True)[["good", "good_shown"]].mean().round(3)
        print(shares.assign(n=rows[name].value_counts()).to_string())  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=5, help="phantom subjects")
    parser.add_argument("--every", type=int, default=7, help="one in how many exports of a slice is made")
    parser.add_argument("--seed", type=int, default=23, help="seed of the cohort")
    main(**vars(parser.parse_args()))
