"""New scans predicted side by side, over one after the other: seconds a scan, memory, and how busy a GPU is.

``python -m benchmarks.many_scans --out FOLDER`` predicts copies of a made-up tilted series with the bundle of the
package; ``--scan`` and ``--bundle`` name others. On a CPU the networks have one thread. Every case runs in a process of
its own, so that its peak of memory is its own.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from benchmarks.figures.gpu_watch import GpuWatch
from benchmarks.made_up.bare_loop import now
from benchmarks.predict import write_head
from bleedmap.bundle.packaged import default_bundle
from bleedmap.bundle.store import read_bundle
from bleedmap.datasets.new_scans import list_inputs
from bleedmap.predict.method import TrainedMethod
from bleedmap.predict.scans import predict_scans


def measure(bundle: Path, scans: Path, out: Path, at_once: int) -> dict[str, float]:
    """Seconds of the clock a scan, the peak of memory, MB, and the share of time in which a GPU works.

    Args:
        bundle: zip of a method.
        scans: folder of scans.
        out: folder for the results, removed afterwards.
        at_once: scans side by side; 0: one after the other.
    """
    method, inputs = TrainedMethod(read_bundle(bundle)), list_inputs([scans])
    predict_scans(method, inputs[:1], lambda each: out / "warm", 0)
    start = now()
    with GpuWatch() as watch:
        predict_scans(method, inputs, lambda each: out / each.id, at_once)
    seconds = (now() - start) / len(inputs)
    shutil.rmtree(out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"at_once": at_once, "seconds_a_scan": seconds, "peak_mb": peak, "gpu_busy": watch.busy()}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--bundle", type=Path, help="zip of a method; default: that of the package")
    parser.add_argument("--scan", type=Path, help="folder of a DICOM series to copy; default: a made-up one")
    parser.add_argument("--scans", type=int, default=8, help="copies to predict")
    parser.add_argument("--slices", type=int, default=40, help="slices of the made-up series, of 512 x 512 pixels")
    parser.add_argument("--at-once", type=int, nargs="+", default=[0, 2, 4], help="scans side by side")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes to come
    bundle, rows = options.bundle or default_bundle(), []
    with tempfile.TemporaryDirectory() as made:
        series, scans = options.scan or Path(made) / "series", Path(made) / "scans"
        if options.scan is None:
            write_head(series, options.slices, 512)
        for number in range(options.scans):
            shutil.copytree(series, scans / f"{number}")
        for at_once in options.at_once:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                rows.append(alone.submit(measure, bundle, scans, Path(made) / "out", at_once).result())
    table = pd.DataFrame(rows)
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.3g')}\n")


if __name__ == "__main__":
    main()
