"""What one scanner writes the same into every slice of a subject, and where the slices lie."""

from dataclasses import dataclass

import numpy as np
from pydicom.uid import generate_uid

from bleedmap.phantom.subject import PhantomSubject
from bleedmap.volumes.geometry import Geometry


@dataclass(frozen=True)
class Series:
    """What one scanner writes the same into every slice.

    Args:
        maker: manufacturer.
        model: name of the scanner.
        kernel: reconstruction kernel.
        kvp: tube voltage, kV.
        tube_ma: tube current, mA.
        intercept: rescale intercept, HU; -1024 goes with unsigned 12-bit pixels, 0 with signed 16-bit ones.
        head_first: whether instance numbers rise from the head down.
        corner: LPS mm of the middle of the first pixel of the lowest slice.
    """

    maker: str
    model: str
    kernel: str
    kvp: int
    tube_ma: int
    intercept: int
    head_first: bool
    corner: tuple[float, float, float]


SCANNERS = (
    ("Phantom Systems", "PS-16", "H31s", -1024),
    ("Phantom Systems", "PS-64", "J40s", -1024),
    ("Bleedmap Imaging", "BI HiSlice", "STANDARD", 0),
    ("Bleedmap Imaging", "BI Turbo", "SOFT", 0),
)


def make_series(seed: int, index: int, subject: PhantomSubject) -> Series:
    """Scanner and couch position of one subject, drawn from (seed, index) alone."""
    rng = np.random.default_rng([seed, index, 1])
    maker, model, kernel, intercept = SCANNERS[rng.integers(len(SCANNERS))]
    middle = rng.uniform((-6.0, -25.0, -60.0), (6.0, 5.0, 60.0))
    half_mm = (len(subject.hu[0]) - 1) * subject.spacing[2] / 2
    half = np.array([half_mm, half_mm, subject.stack.heights[-1] / 2])
    x, y, z = (round(float(value), 4) for value in middle - half)
    return Series(
        maker=maker,
        model=model,
        kernel=kernel,
        kvp=int(rng.choice([120, 130, 140])),
        tube_ma=int(rng.integers(150, 330)),
        intercept=intercept,
        head_first=bool(rng.random() < 0.3),
        corner=(x, y, z),
    )


def scan_geometry(series: Series, subject: PhantomSubject) -> Geometry:
    """Where the slices of a subject lie for the scanner, LPS mm: stacked along the couch, tilted with the gantry."""
    tilt, origins = np.radians(subject.stack.tilt), np.tile(np.array(series.corner), (len(subject.hu), 1))
    origins[:, 2] += subject.stack.heights
    row_step = np.array([0.0, np.cos(tilt), -np.sin(tilt)]) * subject.spacing[2]
    return Geometry(origins=origins, row_step=row_step, column_step=np.array([subject.spacing[2], 0.0, 0.0]))


def uid(seed: int, index: int, *parts: str) -> str:
    """A UID derived from its meaning, so that it is the same on every machine."""
    return str(generate_uid(entropy_srcs=["bleedmap phantom", str(seed), str(index), *parts]))


def slice_uid(seed: int, index: int, number: int) -> str:
    """SOP instance UID of one slice, counted from the foot."""
    return uid(seed, index, "instance", str(number))
