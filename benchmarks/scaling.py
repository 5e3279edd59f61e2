"""Whether stages scale: two shards on two cores against one after the other, and the cost of a scan as scans grow.

Phantom scans are written as DICOM and go through ingestion, brain masks, the working grid, saliency and masks, as the
programs of the workflow do it, on the CPU.

- Cores: each stage works on two shards, once in one process, shard after shard, and once in two processes side by side,
  one thread each. Libraries are loaded and one scan has gone through before.
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
WRITES = {
    "ingest": "volumes.zip",
    "brain": "brain.zip",
    "slices": "slices.zarr.zip",
    "classify": "scores.csv",
    "explain": "maps.zarr.zip",
    "mask": "masks.zarr.zip",
}
STAGES = tuple(WRITES)
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
    parser.add_argument("--input", help="folder with one folder of DICOM a series; default: phantom scans")
    parser.add_argument("--scans", type=int, default=16, help="scans of each of the two shards (16)")
    parser.add_argument("--few", type=int, default=20, help="scans of the small shard (20)")
    parser.add_argument("--many", type=int, default=500, help="scans of the large one, a multiple of the former (500)")
    parser.add_argument("--matrix", type=int, default=128, help="rows and columns of the scans (128)")
    parser.add_argument("--thickness", type=float, default=10, help="gap of their slices, mm (10)")
    parser.add_argument("--size", type=int, default=64, help="rows and columns of the working grid (64)")
    parser.add_argument("--backbone", default="resnet18", help="of the classifier that is explained, untrained")
    parser.add_argument("--mask", default="dense_crf", help="mask method (dense_crf)")
    parser.add_argument("--repeats", type=int, default=2, help="runs of each on the two shards; the fastest counts (2)")
    parser.add_argument("--prepare", help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker or args.prepare:
        from benchmarks.made_up import stage_work  # noqa: PLC0415  loads everything, which the parent must not

        stage_work.prepare(json.loads(args.prepare)) if args.prepare else stage_work.work()
        return
    sys.stdout.write(measure(args))


def measure(args: argparse.Namespace) -> str:
    """Measure every stage and write ``table.csv`` to ``args.out``; returns the table as text."""
    args.out = args.out.resolve()
    warm, a, b, few, many = (args.out / name for name in ("warm", "a", "b", "few", "many"))
    shards = {warm: (0, 1), a: (0, args.scans), b: (args.scans, 2 * args.scans), few: (0, args.few)}
    _prepare(args, {str(folder): numbers for folder, numbers in shards.items()})
    _copy(few, many, args.many // args.few)
    slices = sum(file.is_file() for half in (a, b) for file in (half / "dicom").rglob("*"))
    lines = ["stage,cpu_ms_per_slice,bytes_per_slice,times_on_two_cores,scan_cost_of_many,memory_of_many"]
    one, other, with_few, with_many = (Worker() for _ in range(4))
    for stage in STAGES:
        for worker in (one, other, with_few, with_many):
            run(stage, {worker: [warm]})
        alone = min(run(stage, {one: [a, b]}) for _ in range(args.repeats))
        both = min(run(stage, {one: [a], other: [b]}) for _ in range(args.repeats))
        small, large = run(stage, {with_few: [few]}), run(stage, {with_many: [many]})
        written = sum((half / WRITES[stage]).stat().st_size for half in (a, b))
        times = alone.seconds / both.seconds
        cost = (large.cpu_seconds / args.many) / (small.cpu_seconds / args.few)
        lines.append(
            f"{stage},{1000 * alone.cpu_seconds / slices:.2f},{written / slices:.0f},{times:.2f},"
            f"{cost:.2f},{large.memory_mb / small.memory_mb:.2f}"
        )
        # what is measured is kept, should the rest be cut short
        (args.out / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for worker in (one, other, with_few, with_many):
        worker.end()
    return "\n".join(lines) + "\n"


def _prepare(args: argparse.Namespace, shards: dict[str, tuple[int, int]]) -> None:
    """Phantom scans of every shard, and what its stages read beside them, made in a process of its own."""
    values = {name: getattr(args, name) for name in ("input", "matrix", "thickness", "size", "backbone", "mask")}
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


class Worker:
    """A process of one thread that does the work of stages when it is told to."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.scaling", "--worker"]
        self._process = subprocess.Popen(  # noqa: S603  our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD}
        )

    def begin(self, stage: str, shards: list[Path]) -> None:
        """Let it begin with a stage on some shards."""
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps([stage, *map(str, shards)]) + "\n")
        self._process.stdin.flush()

    def told(self) -> tuple[float, float]:
        """Wait for what it says at the end: CPU seconds, and its peak memory until then, MB.

        Raises:
            RuntimeError: it ended without a word.
        """
        assert self._process.stdout is not None  # noqa: S101
        line = self._process.stdout.readline()
        if not line:
            msg = "a worker ended early; what it said is above"
            raise RuntimeError(msg)
        cpu, memory = json.loads(line)
        return float(cpu), float(memory)

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


def run(stage: str, work: dict[Worker, list[Path]]) -> Work:
    """Let workers do a stage's work on their shards, all of them at once."""
    begin = time.perf_counter()
    for worker, shards in work.items():
        worker.begin(stage, shards)
    told = [worker.told() for worker in work]
    seconds = time.perf_counter() - begin
    return Work(seconds, sum(cpu for cpu, _ in told), max(memory for _, memory in told))


def used() -> tuple[float, float]:
    """CPU seconds and peak memory, MB, of this process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024


if __name__ == "__main__":
    main()
