"""Ingestion against dcm2niix: slices a second and peak memory on the same series, in one run.

Each contender runs as a process of its own. Ours is timed from the moment its imports are done, once reading and
writing plain NIfTI (as ``dcm2niix -z n``) and once as the workflow's ingestion does it, compressed (as
``dcm2niix -z i``); then two of ours work side by side on half of the series each. dcm2niix is timed as a whole: its
start takes milliseconds. Every contender has read the files once before, so that the disk plays no part.
"""

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pandas as pd

from bleedmap.config.datasets import FolderSpec, PhantomSpec
from bleedmap.datasets import folder as adapter
from bleedmap.datasets.ingest import ingest
from bleedmap.phantom import write_cohort
from bleedmap.volumes.dicom import read_study
from bleedmap.volumes.nifti import write_nifti


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, help="folder with one folder of DICOM a series; default: phantom series")
    parser.add_argument("--series", type=int, default=8, help="phantom series to make")
    parser.add_argument("--matrix", type=int, default=512, help="rows and columns of the phantom series")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each contender; the fastest counts")
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        kind, out, *folders = options.worker
        _work(kind, Path(out), [Path(folder) for folder in folders])
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = options.input or _make(Path(scratch), options.series, options.matrix)
        folders = sorted(path for path in root.iterdir() if path.is_dir())
        slices = sum(1 for folder in folders for file in folder.rglob("*") if file.is_file())
        print(_table(folders, slices, Path(scratch), options.repeats).to_string(index=False))  # noqa: T201


def _make(scratch: Path, series: int, matrix: int) -> Path:
    write_cohort(PhantomSpec(matrix=matrix, slice_thickness_mm=5.0), range(series), scratch / "cohort")
    return scratch / "cohort" / "dicom"


def _table(folders: list[Path], slices: int, scratch: Path, repeats: int) -> pd.DataFrame:
    half = len(folders) // 2
    contenders = {
        "bleedmap, plain": [("plain", folders)],
        "bleedmap, ingestion": [("ingest", folders)],
        "bleedmap, ingestion, 2 processes": [("ingest", folders[:half]), ("ingest", folders[half:])],
        "dcm2niix -z n": [("n", folders)],
        "dcm2niix -z i": [("i", folders)],
    }
    rows = []
    for name, parts in contenders.items():
        if name.startswith("dcm2niix") and shutil.which("dcm2niix") is None:
            print("dcm2niix is not on this machine (Debian package dcm2niix)", file=sys.stderr)  # noqa: T201
            continue
        seconds, memory = min(_run(parts, scratch) for _ in range(repeats))
        rows.append({"contender": name, "slices/s": round(slices / seconds, 1), "seconds": round(seconds, 3),
                     "peak MB a process": round(memory)})  # fmt: skip
    return pd.DataFrame(rows)


def _run(parts: list[tuple[str, list[Path]]], scratch: Path) -> tuple[float, float]:
    """Seconds of the slowest process, and the largest peak memory in MB."""
    running = []
    for number, (kind, folders) in enumerate(parts):
        out = Path(tempfile.mkdtemp(dir=scratch, prefix=f"{kind}-{number}-"))
        command = [sys.executable, "-m", "benchmarks.ingestion", "--worker", kind, str(out), *map(str, folders)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))  # noqa: S603  our own module
    told = [json.loads(process.communicate()[0]) for process in running]
    return max(one["seconds"] for one in told), max(one["memory_mb"] for one in told)


def _work(kind: str, out: Path, folders: list[Path]) -> None:
    """What one process does; prints its seconds and peak memory as JSON."""
    start = time.perf_counter()
    who = resource.RUSAGE_SELF
    if kind == "plain":
        for number, folder in enumerate(folders):
            for series in read_study(sorted(folder.rglob("*")))[0]:
                write_nifti(out / f"{number}.nii", series.volume.hu, series.volume.geometry)
    elif kind == "ingest":
        spec = FolderSpec(root=folders[0].parent)
        chosen = [source for source in adapter.list_sources(spec) if source.name in {folder.name for folder in folders}]
        ingest(chosen, partial(adapter.read, spec), out / "volumes.zip")
    else:
        who = resource.RUSAGE_CHILDREN
        for number, folder in enumerate(folders):
            command = ["dcm2niix", "-z", kind, "-f", str(number), "-o", str(out), str(folder)]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  the peer itself
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "memory_mb": resource.getrusage(who).ru_maxrss / 1024}))  # noqa: T201


if __name__ == "__main__":
    main()
