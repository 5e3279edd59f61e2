"""Ingestion against dcm2niix: slices a second and peak memory on the same series, in one run.

Each contender runs as a process of its own. Ours is timed from the moment its imports are done and one series has been
read: once reading and writing plain NIfTI (as ``dcm2niix -z n``), and once as the workflow's ingestion does it,
compressed (as ``dcm2niix -z i``); then two of ours work side by side on half of the series each. dcm2niix is timed as a
whole: its start takes milliseconds. The files have been read before, so the disk plays no part.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

# this process stays small, for a child's peak memory counts from what its parent had when it was started
Outcome = tuple[float, float]


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
        kind, *rest = options.worker
        WORK[kind](*rest)
        return
    with tempfile.TemporaryDirectory() as scratch:
        root = options.input or Path(scratch) / "cohort" / "dicom"
        if options.input is None:
            _told(_start("make", scratch, str(options.series), str(options.matrix)))
        folders = sorted(str(path) for path in root.iterdir() if path.is_dir())
        slices = sum(1 for folder in folders for file in Path(folder).rglob("*") if file.is_file())
        print(f"{slices} slices in {len(folders)} series\n{'':34}  slices/s   seconds  peak MB of a process")  # noqa: T201
        for name, contender in _contenders(folders, Path(scratch)).items():
            seconds, memory = min(contender() for _ in range(options.repeats))
            print(f"{name:34}{slices / seconds:10.1f}{seconds:10.3f}{memory:10.0f}", flush=True)  # noqa: T201


def _contenders(folders: list[str], scratch: Path) -> dict[str, Callable[[], Outcome]]:
    half = len(folders) // 2
    ours: dict[str, Callable[[], Outcome]] = {
        "bleedmap, plain": partial(_ours, "plain", [folders], scratch),
        "bleedmap, ingestion": partial(_ours, "ingest", [folders], scratch),
        "bleedmap, ingestion, 2 processes": partial(_ours, "ingest", [folders[:half], folders[half:]], scratch),
    }
    if shutil.which("dcm2niix") is None:
        print("dcm2niix is not on this machine (Debian package dcm2niix)", file=sys.stderr)  # noqa: T201
        return ours
    return ours | {f"dcm2niix -z {zipped}": partial(_dcm2niix, zipped, folders, scratch) for zipped in "ni"}


def _ours(kind: str, parts: list[list[str]], scratch: Path) -> Outcome:
    """Seconds of the slowest process, and the largest peak memory in MB."""
    running = [_start(kind, tempfile.mkdtemp(dir=scratch), *folders) for folders in parts]
    told = [_told(process) for process in running]
    return max(seconds for seconds, _ in told), max(memory for _, memory in told)


def _start(kind: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.ingestion", "--worker", kind, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module


def _told(process: subprocess.Popen[str]) -> Outcome:
    seconds, memory = json.loads(process.communicate()[0])
    return float(seconds), float(memory)


def _dcm2niix(zipped: str, folders: list[str], scratch: Path) -> Outcome:
    out = tempfile.mkdtemp(dir=scratch)
    start, peak = time.perf_counter(), 0.0
    for number, folder in enumerate(folders):
        command = ["dcm2niix", "-z", zipped, "-f", str(number), "-o", out, folder]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
        _, _, usage = os.wait4(child.pid, 0)
        peak = max(peak, usage.ru_maxrss / 1024)
    return time.perf_counter() - start, peak


def _make(scratch: str, series: str, matrix: str) -> None:
    from bleedmap.config.datasets import PhantomSpec  # noqa: PLC0415
    from bleedmap.phantom.cohort import write_cohort  # noqa: PLC0415

    write_cohort(PhantomSpec(matrix=int(matrix), slice_thickness_mm=5.0), range(int(series)), Path(scratch) / "cohort")
    print(json.dumps([0, 0]))  # noqa: T201


def _plain(out: str, *folders: str) -> None:
    from bleedmap.volumes.dicom.study import read_study  # noqa: PLC0415
    from bleedmap.volumes.nifti import write_nifti  # noqa: PLC0415

    def work(number: int, folder: str) -> None:
        for series in read_study(sorted(Path(folder).rglob("*")))[0]:
            write_nifti(Path(out) / f"{number}.nii", series.volume.hu, series.volume.geometry)

    def work_all() -> None:
        for number, folder in enumerate(folders):
            work(number, folder)

    _timed(partial(work, 0, folders[0]), work_all)


def _ingest(out: str, *folders: str) -> None:
    from bleedmap.config.datasets import FolderSpec  # noqa: PLC0415
    from bleedmap.datasets.folder import listing, reading  # noqa: PLC0415
    from bleedmap.datasets.ingest import ingest  # noqa: PLC0415

    spec = FolderSpec(root=Path(folders[0]).parent)
    names = {Path(folder).name for folder in folders}

    def work(most: int | None) -> None:
        chosen = [source for source in listing.list_sources(spec) if source.name in names][:most]
        ingest(chosen, partial(reading.read, spec), Path(out) / "volumes.zip")

    _timed(partial(work, 1), partial(work, None))


def _timed(first: Callable[[], object], work: Callable[[], object]) -> None:
    """Print seconds of the work, once warm, and peak memory of this process in MB, as JSON."""
    first()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(json.dumps([seconds, int(status.split("VmHWM:")[1].split()[0]) / 1024]))  # noqa: T201


WORK: dict[str, Callable[..., None]] = {"make": _make, "plain": _plain, "ingest": _ingest}

if __name__ == "__main__":
    main()
