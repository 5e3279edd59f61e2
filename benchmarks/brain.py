"""Brain masks: how fast and how true. Run as ``python -m benchmarks.brain``, best on a quiet machine.

Three things are measured for each method that needs nothing but the scan:

- CPU seconds for one phantom scan of 512 x 512 x 32 on one core, the best of several runs;
- Dice against the phantom's true space inside the skull (brain, fluid and bleeds), and the share of its blood kept;
- Dice of a real skull-stripped template against its own mask after it was put back into a made skull, in slices of 1
  and of 5 mm; only with the real data (``--real``).
"""

import argparse
import os
import time
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS="1")

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.figures.measures import dice
from benchmarks.made_up.stripped_head import put_back
from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import AnyBrain, ConvexHullSpec, MuschelliSpec, SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.subject import make_subject
from bleedmap.volumes.ct_volume import CtVolume
from bleedmap.volumes.geometry import Geometry
from bleedmap.volumes.nifti import read_mask, read_nifti

SLICES = 32
TEMPLATE = "scct_unsmooth_SS_0.01"
METHODS: tuple[AnyBrain, ...] = (SkullInteriorSpec(), MuschelliSpec(), ConvexHullSpec())


def main(subjects: int, repeats: int, real: Path) -> None:
    """Measure and print one row a method."""
    rows: dict[str, dict[str, float]] = {spec.method: {} for spec in METHODS}
    scan = phantom_of_32_slices()
    for spec in METHODS:
        rows[spec.method]["seconds"] = min(seconds(spec, scan) for _ in range(repeats))
        rows[spec.method] |= on_phantoms(spec, subjects)
    if (real / "nifti").is_dir():
        for slice_mm in (1, 5):
            volume, brain = template_in_skull(real, slice_mm)
            for spec in METHODS:
                rows[spec.method][f"template_{slice_mm}mm_dice"] = dice(brain_mask(spec, volume) > 0, brain)
    print(pd.DataFrame(rows).T.round(3).to_string())  # noqa: T201


def phantom_of_32_slices() -> CtVolume:
    """A phantom scan of 512 x 512 x 32."""
    subject = make_subject(PhantomSpec(matrix=512, slice_thickness_mm=4.2, gantry_tilt_degrees=0), 0)
    hu = subject.hu[-SLICES:]
    assert hu.shape == (SLICES, 512, 512), hu.shape  # noqa: S101
    return CtVolume(hu, stack(SLICES, subject.spacing))


def seconds(spec: AnyBrain, volume: CtVolume) -> float:
    """Seconds of one core that one mask takes; other work on the machine does not count."""
    start = time.process_time()
    brain_mask(spec, volume)
    return time.process_time() - start


def on_phantoms(spec: AnyBrain, subjects: int) -> dict[str, float]:
    """Mean and lowest Dice against the true inside of the skull, and lowest share of blood kept."""
    overlaps, kept = [], []
    for index in range(subjects):
        subject = make_subject(PhantomSpec(gantry_tilt_degrees=0), index)
        mask = brain_mask(spec, CtVolume(subject.hu, stack(len(subject.hu), subject.spacing)))
        overlaps.append(dice(mask > 0, subject.brain))
        if subject.truth.any():
            kept.append(float(mask[subject.truth > 0].mean()))
    return {"phantom_dice": float(np.mean(overlaps)), "phantom_dice_min": min(overlaps), "blood_kept_min": min(kept)}


def template_in_skull(real: Path, slice_mm: int) -> tuple[CtVolume, NDArray[np.bool_]]:
    """The stripped template in a made skull, and its true brain."""
    stripped = read_nifti(real / "nifti" / f"{TEMPLATE}.nii.gz")
    hu, brain = put_back(stripped.hu, read_mask(real / "nifti" / f"{TEMPLATE}_Mask.nii.gz", stripped), slice_mm)
    return CtVolume(hu, stack(len(hu), (float(slice_mm), 1.0, 1.0))), brain


def stack(slices: int, spacing: tuple[float, float, float]) -> Geometry:
    """An upright, even stack of slices, from mm between (slices, rows, columns)."""
    slice_mm, row_mm, column_mm = spacing
    origins = np.arange(slices)[:, None] * np.array([0.0, 0.0, slice_mm])
    return Geometry(origins, row_step=np.array([0.0, row_mm, 0.0]), column_step=np.array([column_mm, 0.0, 0.0]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=12, help="phantom subjects to measure Dice on")
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the fastest counts")
    default = os.environ.get("BLEEDMAP_REAL_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
    parser.add_argument("--real", type=Path, default=Path(default), help="folder of real files; skipped where absent")
    main(**vars(parser.parse_args()))
