"""Whether stages scale: two shards on two cores against one after the other, and the cost of a scan as scans grow.

Phantom scans are written as DICOM and go through ingestion, brain masks, the working grid, saliency and masks, as the
programs of the workflow do it, on the CPU.

- Cores: each stage works on two shards, once in one process, shard after shard, and once in two processes side by side,
  one thread each. Both are timed from the moment that libraries are loaded and one scan has gone through.
- Scans: each stage works on one shard of few scans and on one of many, which are the few again under other names. CPU
  seconds a scan and the peak memory should stay as they are.

``table.csv`` has a row a stage: ms a slice of one core, bytes a slice that it writes, how many times faster two cores
are, and cost a scan and memory of many scans over those of few. ``benchmarks.costs`` reckons with it.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

# this process stays small, for a child's peak memory counts from what its parent had when it was started
STAGES = ("ingest", "brain", "slices", "explain", "mask")
WRITES = {"ingest": "volumes.zip", "brain": "brain.zip", "slices": "slices.zarr.zip", "explain": "maps.zarr.zip",
          "mask": "masks.zarr.zip"}  # fmt: skip
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Work(NamedTuple):
    """What some processes side by side took: seconds of the slowest, CPU seconds of all, peak memory of one, MB."""

    seconds: float
    cpu_seconds: float
    memory_mb: float


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="folder for the table and all files")
    parser.add_argument("--scans", type=int, default=8, help="scans of each of the two shards (8)")
    parser.add_argument("--few", type=int, default=20, help="scans of the small shard (20)")
    parser.add_argument("--many", type=int, default=500, help="scans of the large one, a multiple of the former (500)")
    parser.add_argument("--matrix", type=int, default=256, help="rows and columns of the scans (256)")
    parser.add_argument("--thickness", type=float, default=5, help="gap of their slices, mm (5)")
    parser.add_argument("--size", type=int, default=128, help="rows and columns of the working grid (128)")
    parser.add_argument("--backbone", default="resnet18", help="of the classifier that is explained, untrained")
    parser.add_argument("--mask", default="dense_crf", help="mask method (dense_crf)")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each on the two shards; the fastest counts (2)")
    parser.add_argument("--prepare", help=argparse.SUPPRESS)
    parser.add_argument("--worker", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker or args.prepare:
        from benchmarks.made_up import stage_work  # noqa: PLC0415  loads everything, which the parent must not

        stage_work.prepare(json.loads(args.prepare)) if args.prepare else stage_work.work(*args.worker)
        return
    sys.stdout.write(measure(args))


def measure(args: argparse.Namespace) -> str:
    """Measure every stage and write ``table.csv`` to ``args.out``; returns the table as text."""
    args.out = args.out.resolve()
    halves, few, many = [args.out / "a", args.out / "b"], args.out / "few", args.out / "many"
    _prepare(
        args, {str(halves[0]): [0, args.scans], str(halves[1]): [args.scans, 2 * args.scans], str(few): [0, args.few]}
    )
    _copy(few, many, args.many // args.few)
    slices = sum(len(list((half / "dicom").rglob("*.dcm"))) for half in halves)
    lines = ["stage,cpu_ms_per_slice,bytes_per_slice,times_on_two_cores,scan_cost_of_many,memory_of_many"]
    for stage in STAGES:
        alone = min(run(stage, [halves]) for _ in range(args.repeats))
        both = min(run(stage, [[half] for half in halves]) for _ in range(args.repeats))
        small, large = run(stage, [[few]]), run(stage, [[many]])
        written = sum((half / WRITES[stage]).stat().st_size for half in halves)
        times = alone.seconds / both.seconds
        cost = (large.cpu_seconds / args.many) / (small.cpu_seconds / args.few)
        lines.append(
            f"{stage},{1000 * alone.cpu_seconds / slices:.2f},{written / slices:.0f},{times:.2f},"
            f"{cost:.2f},{large.memory_mb / small.memory_mb:.2f}"
        )
    text = "\n".join(lines) + "\n"
    (args.out / "table.csv").write_text(text, encoding="utf-8")
    return text


def _prepare(args: argparse.Namespace, shards: dict[str, list[int]]) -> None:
    """Phantom scans of every shard, and what its stages read beside them, made in a process of its own."""
    values = {name: getattr(args, name) for name in ("matrix", "thickness", "size", "backbone", "mask")}
    command = [sys.executable, "-m", "benchmarks.scaling", "--prepare", json.dumps({**values, "shards": shards})]
    subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})  # noqa: S603  our own module


def _copy(few: Path, many: Path, times: int) -> None:
    """A shard with the scans of another again and again, under other names."""
    for number in range(times):
        for scan in sorted((few / "dicom").iterdir()):
            target = many / "dicom" / f"{scan.name}-{number}"
            shutil.copytree(scan, target, copy_function=os.link, dirs_exist_ok=False)
    for file in few.iterdir():
        if file.is_file():
            shutil.copy(file, many)


def run(stage: str, parts: list[list[Path]]) -> Work:
    """Let as many processes as there are parts do a stage's work on their shards, all of them at once."""
    running = []
    for shards in parts:
        command = [sys.executable, "-m", "benchmarks.scaling", "--worker", stage, *map(str, shards)]
        running.append(
            subprocess.Popen(  # noqa: S603  our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
            )
        )
    for process in running:
        _line(process)  # it is warm
    begin = time.perf_counter()
    for process in running:
        process.stdin.write("go\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
    told = [json.loads(_line(process)) for process in running]
    seconds = time.perf_counter() - begin
    for process in running:
        process.communicate()
    return Work(seconds, sum(cpu for cpu, _ in told), max(memory for _, memory in told))


def _line(process: subprocess.Popen[str]) -> str:
    """The next line that a worker says.

    Raises:
        RuntimeError: it ended without one.
    """
    line = process.stdout.readline()  # type: ignore[union-attr]
    if not line:
        msg = "a worker ended early; what it said is above"
        raise RuntimeError(msg)
    return line


def used() -> tuple[float, float]:
    """CPU seconds and peak memory, MB, of this process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024


if __name__ == "__main__":
    main()
