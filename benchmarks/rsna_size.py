"""What a data set as large as RSNA 2019 costs to plan: 752,803 slices in 21,784 scans, of which only an index is there.

One row with classifier, saliency, mask and segmenter is planned

- in an empty folder;
- with nothing to do, after a run whose jobs wrote one byte an output;
- after 100 scans were added to the index, and after one was taken out of it.

A table tells CPU seconds, seconds and memory of each plan, its jobs, and in how many shards data are read again beside
how many the changed scans hash to.
"""

import argparse
import hashlib
import os
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import yaml

from benchmarks.made_up.rsna_index import with_more_scans, without_first_scan, write_rsna_index
from benchmarks.startup import Spent, Start, plan, spend

RULE = re.compile(r"^(?:local)?rule (\w+):$")
# stands for the python of all jobs: writes every file below results that its command names and that is not there, and
# what a network leaves beside itself
JOBS_PYTHON = "BASH_FUNC_python%%"
WRITER = """() {
    for file; do
        [[ $file == results/* && ! -e $file ]] || continue
        echo 1 > "$file"
        [[ $file == *model.safetensors ]] || continue
        for other in history.csv history.png manifest.json operating_point.json; do echo 1 > "${file%/*}/$other"; done
    done
}"""
DATA = ("ingest", "brain", "slices")  # rules whose jobs read a shard's own scans alone


class Job(NamedTuple):
    """One job of a plan: its rule, and its shard where it has one."""

    rule: str
    shard: int | None


def config(args: argparse.Namespace, index: Path) -> Path:
    """Write the config of one row on the data set of an index."""
    values = {
        "seed": 1,
        "results": "results",
        "faithfulness": None,
        "datasets": {
            "rsna": {"adapter": "rsna2019", "root": str(index.parent), "index": str(index), "shards": args.shards}
        },
        "splits": {"rsna": {"folds": 1, "test_share": 0.2}},
        "classifiers": {"resnet": {"backbone": "resnet18"}},
        "saliency": {"cam": {"method": "cam"}},
        "masks": {"threshold": {"method": "threshold"}},
        "segmenters": {"unet": {"method": "unet3d"}},
        "methods": {
            "cam-unet": {"classifier": "resnet", "saliency": "cam", "mask": "threshold", "segmenter": "unet"},
        },
    }
    file: Path = args.out / f"{index.stem}.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return file


def planned(log: Path) -> list[Job]:
    """Jobs that a dry run told of."""
    jobs, rule = [], ""
    for line in map(str.strip, log.read_text(encoding="utf-8").splitlines()):
        if match := RULE.match(line):
            rule = match[1]
            jobs.append(Job(rule, None))
        elif rule and line.startswith("wildcards: ") and (shard := re.search(r"\bshard=(\d+)", line)):
            jobs[-1] = Job(rule, int(shard[1]))
    return jobs


def shards_of_changes(before: Path, after: Path, shards: int) -> set[int]:
    """Shards of the scans that only one of two indices has: by the first digits of the sha256 of their names."""
    names = [
        {line.split(",")[0] for line in file.read_text(encoding="utf-8").splitlines()[1:-1]} for file in (before, after)
    ]
    return {int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % shards for name in names[0] ^ names[1]}


def measure(args: argparse.Namespace) -> pd.DataFrame:
    """Plan everything and write ``table.csv`` to ``args.out``.

    Returns:
        A row a plan: plan, cpu_seconds, seconds, memory_mb, jobs, shards_read (by the rule with most), shards_changed
        (empty where no scan changed), trained (whether networks are trained).
    """
    args.out.mkdir(parents=True, exist_ok=True)
    folder, log, key = args.out / "run", args.out / "last.log", args.out / "id.key"
    index = write_rsna_index((args.cache or args.out / "cache").resolve(), studies=args.studies, images=args.images)
    own = args.out / "index.csv"  # the one that the config names, whatever it holds
    values = config(args, own)

    def start(about: Path, how: str = "--dry-run") -> tuple[Spent, list[Job]]:
        shutil.copy(about, own)
        spent = spend(Start("plan", plan(values, folder, how)), log, key)
        return spent, planned(log)

    start(index)  # writes bytecode and the cache of digests
    rows = [("nothing there", index, *start(index))]
    os.environ[JOBS_PYTHON] = WRITER
    start(index, "--nocolor")
    rows.append(("nothing to do", index, *start(index)))
    for name, about in (
        (f"{args.added} scans more", with_more_scans(index, args.added)),
        ("one scan less", without_first_scan(index)),
    ):
        rows.append((name, about, *start(about)))
    table = pd.DataFrame([_row(name, index, about, args.shards, spent, jobs) for name, about, spent, jobs in rows])
    table.to_csv(args.out / "table.csv", index=False, lineterminator="\n")
    return table


def _row(name: str, index: Path, about: Path, shards: int, spent: Spent, jobs: list[Job]) -> dict[str, object]:
    read = [{job.shard for job in jobs if job.rule == rule} for rule in DATA]
    changed = shards_of_changes(index, about, shards)
    if about != index and any(each != changed for each in read):
        msg = f"{name}: data of {len(read[0])} shards would be read, {len(changed)} changed"
        raise RuntimeError(msg)
    return {
        "plan": name,
        **spent._asdict(),
        "jobs": len(jobs),
        "shards_read": max(map(len, read)),
        "shards_changed": len(changed) if about != index else None,
        "trained": any(job.rule.startswith("train_") for job in jobs),
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and all runs")
    parser.add_argument("--cache", type=Path, help="folder of the made-up index; default: cache in --out")
    parser.add_argument("--studies", type=int, default=21_784, help="scans of the data set (21,784)")
    parser.add_argument("--images", type=int, default=752_803, help="their slices (752,803)")
    parser.add_argument("--shards", type=int, default=100, help="shards of the data set (100)")
    parser.add_argument("--added", type=int, default=100, help="scans that are added (100)")
    args = parser.parse_args()
    args.out = args.out.resolve()
    sys.stdout.write(f"{measure(args).to_string(index=False, na_rep='', float_format='%.2f')}\n")


if __name__ == "__main__":
    main()
