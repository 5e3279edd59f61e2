"""What the workflow's start costs: CPU seconds of plans beside those of a bare Snakemake.

- the demo with nothing to do (``--directory``: the folder of a finished run), or its plan in an empty folder; with
  ``--config``, another config than the demo's;
- the plan of a data set as large as RSNA 2019, one row, of which nothing but a made-up index is there;
- the floor: ``snakemake --version``, and the dry run of an empty Snakefile.

Each is run once to warm up, so that bytecode and the digests' cache are there, and then several times; the fastest run
counts, user and system time together.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import yaml

from benchmarks.made_up.rsna_index import write_rsna_index

HOUSE = Path(__file__).parents[1]
DEMO = HOUSE / "config" / "config.yaml"
SNAKEMAKE = (sys.executable, "-m", "snakemake")
DEMO_AIM, LARGE_AIM = 1.5, 3.0  # CPU seconds


@dataclass(frozen=True)
class Start:
    """One way to start Snakemake.

    Args:
        name: for the table.
        options: of the command line.
        aim: CPU seconds that it should not exceed; None: part of the floor.
    """

    name: str
    options: Sequence[str]
    aim: float | None = None


def starts(args: argparse.Namespace) -> list[Start]:
    """What is measured; files that it needs are written to ``args.out``."""
    empty = args.out / "empty"
    empty.mkdir(parents=True, exist_ok=True)
    (empty / "Snakefile").write_text("", encoding="utf-8")
    bare = ["--snakefile", str(empty / "Snakefile"), "--directory", str(empty), "--cores", "1", "--dry-run"]
    demo = f"{args.config.name}, {'nothing' if args.directory else 'all'} to do"
    large = f"{args.studies:,} scans, one row"
    return [
        Start("snakemake --version", ["--version"]),
        Start("empty Snakefile", bare),
        Start(demo, plan(args.config, args.directory or args.out / "demo"), DEMO_AIM),
        Start(large, plan(large_config(args), args.out / "large"), LARGE_AIM),
    ]


def plan(config: Path, folder: Path, how: str = "--dry-run") -> list[str]:
    """Options of the dry run of a config in a folder, or of another kind of run."""
    folder.mkdir(parents=True, exist_ok=True)
    profile = HOUSE / "profiles" / "default"
    files = {"snakefile": HOUSE / "Snakefile", "workflow-profile": profile, "configfile": config, "directory": folder}
    return [*(part for name, file in files.items() for part in (f"--{name}", str(file))), "--cores", "1", how]


def large_config(args: argparse.Namespace) -> Path:
    """Config of one row on a data set of as many scans as RSNA 2019."""
    root = (args.cache or args.out / "cache").resolve()
    index = write_rsna_index(root, studies=args.studies, images=args.images)
    values = {
        "seed": 1,
        "results": "results",
        "datasets": {"rsna": {"adapter": "rsna2019", "root": str(root), "index": str(index), "shards": args.shards}},
        "splits": {"rsna": {"folds": 1, "test_share": 0.2}},
        "classifiers": {"resnet": {"backbone": "resnet18"}},
        "saliency": {"cam": {"method": "cam"}},
        "masks": {"threshold": {"method": "threshold"}},
        "methods": {"cam-threshold": {"classifier": "resnet", "saliency": "cam", "mask": "threshold"}},
    }
    file: Path = args.out / "large.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return file


class Spent(NamedTuple):
    """What one start cost: user and system seconds, seconds, and the most memory it held, MB."""

    cpu_seconds: float
    seconds: float
    memory_mb: float


def spend(start: Start, log: Path, key: Path) -> Spent:
    """What one start costs.

    Args:
        start: what to run.
        log: file for what it says.
        key: key of hashed names, so that the user's own stays as it is.

    Raises:
        RuntimeError: it failed.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join([str(HOUSE / "src"), str(HOUSE)])
    begin = time.perf_counter()
    with log.open("wb") as said:
        child = subprocess.Popen(  # noqa: S603  our own command
            [*SNAKEMAKE, *start.options],
            stdout=said,
            stderr=said,
            env={**kept, "PYTHONPATH": path, "BLEEDMAP_ID_KEY": str(key)},
        )
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
    return Spent(used.ru_utime + used.ru_stime, time.perf_counter() - begin, used.ru_maxrss / 1024)


def measure(args: argparse.Namespace) -> pd.DataFrame:
    """Start everything and write ``table.csv`` to ``args.out``.

    Returns:
        A row a start: start, cpu_seconds, seconds, memory_mb, aim (of CPU seconds; empty for the floor).
    """
    args.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for start in starts(args):
        first, *runs = (spend(start, args.out / "last.log", args.out / "id.key") for _ in range(args.repeats + 1))
        rows.append((start.name, *min(runs, default=first), start.aim))
    table = pd.DataFrame(rows, columns=["start", *Spent._fields, "aim"])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    return table


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and all runs")
    parser.add_argument("--directory", type=Path, help="folder of a finished run of the demo; default: an empty one")
    parser.add_argument("--config", type=Path, default=DEMO, help="config of that run; default: the demo's")
    parser.add_argument("--cache", type=Path, help="folder of the made-up index; default: cache in --out")
    parser.add_argument("--studies", type=int, default=21_784, help="scans of the large data set (21,784)")
    parser.add_argument("--images", type=int, default=752_803, help="their slices (752,803)")
    parser.add_argument("--shards", type=int, default=100, help="shards of the large data set (100)")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each after the first; the fastest counts (3); 0: the first"
    )
    args = parser.parse_args()
    args.out, args.config = args.out.resolve(), args.config.resolve()
    table = measure(args)
    sys.stdout.write(f"{table.to_string(index=False, na_rep='', float_format='%.2f')}\n")


if __name__ == "__main__":
    main()
