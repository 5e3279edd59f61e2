"""How many healthy phantoms are taken for foreign, judged by the training scans of another cohort.

Ranges come from one cohort, bleeds included, as a method would learn on it; then healthy heads of another seed are
judged. Writes ``table.csv``: a row a head, with its flags or the code of its refusal.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.brain.mask import brain_mask
from bleedmap.config.brain import SkullInteriorSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.console import track
from bleedmap.errors import ScanError
from bleedmap.phantom.scanner.series import make_series, scan_geometry
from bleedmap.phantom.subject import make_subject
from bleedmap.predict.familiar.judge import judge
from bleedmap.predict.familiar.scan_statistics import scan_statistics
from bleedmap.predict.familiar.training_statistics import training_statistics
from bleedmap.volumes.ct_volume import CtVolume

BRAIN = SkullInteriorSpec()


def heads(spec: PhantomSpec, what: str) -> Iterator[tuple[CtVolume, NDArray[np.uint8]]]:
    """Every scan of a cohort with its brain mask, one at a time."""
    for index in track(range(spec.subjects), what, unit="scans"):
        subject = make_subject(spec, index)
        volume = CtVolume(subject.hu, scan_geometry(make_series(spec.seed, index, subject), subject))
        yield volume, brain_mask(BRAIN, volume)


def measure(args: argparse.Namespace) -> pd.DataFrame:
    """Judge the heads of the second cohort by the first; writes ``table.csv`` to ``args.out``."""
    learnt = PhantomSpec(subjects=args.known, seed=args.known_seed, matrix=args.matrix)
    known = training_statistics([scan_statistics(*head) for head in heads(learnt, "measuring training scans")])
    rows = []
    for number, (volume, brain) in enumerate(
        heads(PhantomSpec(subjects=args.new, seed=args.new_seed, matrix=args.matrix, prevalence=0), "judging heads")
    ):
        try:
            said = " ".join(judge(volume, brain, BRAIN, known))
        except ScanError as refused:
            said = refused.code
        rows.append((number, said))
    table = pd.DataFrame(rows, columns=["head", "flags"])
    args.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    return table


def main() -> None:
    """Measure and print how many were flagged, and why."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--known", type=int, default=40, help="training scans (40)")
    parser.add_argument("--known-seed", type=int, default=2, help="seed of their cohort (2, the demo's)")
    parser.add_argument("--new", type=int, default=60, help="healthy heads to judge (60)")
    parser.add_argument("--new-seed", type=int, default=7, help="seed of theirs (7)")
    parser.add_argument("--matrix", type=int, default=128, help="rows and columns (128)")
    args = parser.parse_args()
    table = measure(args)
    flagged = table["flags"] != ""
    sys.stdout.write(f"{flagged.sum()} of {len(table)} flagged ({flagged.mean():.1%})\n")
    sys.stdout.write(f"{table[flagged].to_string(index=False)}\n" if flagged.any() else "")


if __name__ == "__main__":
    main()
