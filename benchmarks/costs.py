"""What a data set costs, stage by stage, from the measured cost of a slice; and which ceiling comes first.

``--measured`` is the table of ``benchmarks.scaling`` (ms of one core and bytes a slice); without it, the figures of
``docs/scale.md`` are taken. Everything grows with the slices, but for a plan, which grows with jobs and scans.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SLICES_A_SCAN = 752_803 / 21_784  # of RSNA 2019
SIZES = (752_803, 2_000_000, 5_000_000, 10_000_000)  # slices
SHARDS, PER_SHARD = 100, 7  # shards of a data set; jobs of one row that each of them has
START_SECONDS, JOB_SECONDS = 1.0, 3.3e-3  # of the planner, without any job and for each
SCAN_SECONDS = 0.25 / 21_784  # of the planner to list a scan from the index
INDEX_BYTES = 75e6 / 752_803  # of the index, a slice
INDEX_LIMIT = 1e9  # bytes that an index may have
MEMBERS = 2  # files in the zip of a shard's slices, a slice: HU and brain, and truth where it bleeds
DISK_TB, PLAN_SECONDS, SHARD_HOURS = 10.0, 5.0, 24.0  # where each ceiling is


class Cost(NamedTuple):
    """What one stage costs a slice.

    Args:
        stage: rule of the workflow.
        seconds: of one core or one GPU.
        gpu: whether it runs on a GPU.
        share: of the slices that go through it.
        times: how often they do: epochs.
        reads: bytes that it reads.
        writes: bytes that it writes.
    """

    stage: str
    seconds: float
    gpu: bool
    share: float
    times: float
    reads: float
    writes: float


class Total(NamedTuple):
    """What one stage costs a data set: hours of a core or GPU, TB."""

    stage: str
    where: str
    hours: float
    hours_a_shard: float
    read_tb: float
    written_tb: float


CPU = {  # ms of one core and bytes written, a slice of a real head CT of 512 x 512 pixels on a grid of 256
    "ingest": (10.9, 216.5e3),
    "brain": (19.6, 1.6e3),
    "slices": (4.5, 75.5e3),
    "explain": (54.8, 21.3e3),
    "mask": (48.7, 0.3e3),
}
# of an H100 with bf16: resnet101 at 512 pixels and a 3D U-Net at 256, trained; to explain and to segment are taken to
# cost as much, which for the latter is too much
GPU = {"train_classifier": 159.0, "explain": 159.0, "train_segmenter": 917.0, "segment": 917.0}  # slices/s of an H100
DICOM_BYTES = 526e3  # of a source slice
TRAINED, EPOCHS = 0.8, 10
TESTED = 0.2


def costs(measured: dict[str, tuple[float, float]], gpu: dict[str, float]) -> list[Cost]:
    """Costs of every stage of a row with classifier, saliency, mask and segmenter."""
    cpu = {stage: ms / 1000 for stage, (ms, _) in measured.items()}
    size = {stage: written for stage, (_, written) in measured.items()}
    gpu_s = {stage: 1 / rate for stage, rate in gpu.items()}
    seen = size["slices"]
    return [
        Cost("ingest", cpu["ingest"], False, 1, 1, DICOM_BYTES, size["ingest"]),
        Cost("brain", cpu["brain"], False, 1, 1, size["ingest"], size["brain"]),
        Cost("slices", cpu["slices"], False, 1, 1, size["ingest"] + size["brain"], seen),
        Cost("train_classifier", gpu_s["train_classifier"], True, TRAINED, EPOCHS, seen, 0),
        Cost("explain", gpu_s["explain"], True, 1, 1, seen, size["explain"]),
        Cost("mask", cpu["mask"], False, 1, 1, seen + size["explain"], size["mask"]),
        Cost("train_segmenter", gpu_s["train_segmenter"], True, TRAINED, EPOCHS, seen + size["mask"], 0),
        Cost("segment", gpu_s["segment"], True, TESTED, 1, seen, size["mask"]),
    ]


def totals(each: Sequence[Cost], slices: int, shards: int = SHARDS) -> list[Total]:
    """What a data set costs, a row a stage."""
    rows = []
    for cost in each:
        count = slices * cost.share * cost.times
        hours = count * cost.seconds / 3600
        where = "GPU" if cost.gpu else "core"
        # a training is one job, whatever the shards
        jobs = 1 if cost.stage.startswith("train_") else shards
        rows.append(
            Total(cost.stage, where, hours, hours / jobs, count * cost.reads / 1e12, slices * cost.writes / 1e12)
        )
    return rows


class Ceiling(NamedTuple):
    """What a run of some slices asks for, which has an end somewhere.

    Args:
        slices: of the data set.
        plan_seconds: CPU seconds of a dry run.
        index_gb: size of the index, GB.
        disk_tb: everything that is written, TB.
        members: files in the zip of one shard's slices.
        longest_shard_hours: of the longest job that is no training.
        longest_training_hours: of the longest one.
        past: what of it is past its end; empty where nothing is.
    """

    slices: int
    plan_seconds: float
    index_gb: float
    disk_tb: float
    members: int
    longest_shard_hours: float
    longest_training_hours: float
    past: str


def ceiling(each: Sequence[Cost], slices: int, shards: int = SHARDS) -> Ceiling:
    """Reckon what a run of some slices asks for, and which of its ends it is past."""
    rows = totals(each, slices, shards)
    plan = START_SECONDS + shards * PER_SHARD * JOB_SECONDS + slices / SLICES_A_SCAN * SCAN_SECONDS
    index = slices * INDEX_BYTES
    disk = sum(row.written_tb for row in rows)
    shard = max(row.hours_a_shard for row in rows if not row.stage.startswith("train_"))
    training = max(row.hours for row in rows if row.stage.startswith("train_"))
    past = {
        "training": training > SHARD_HOURS,
        "plan": plan > PLAN_SECONDS,
        "index": index > INDEX_LIMIT,
        "disk": disk > DISK_TB,
        "shard": shard > SHARD_HOURS,
    }
    return Ceiling(
        slices,
        plan,
        index / 1e9,
        disk,
        round(slices / shards * MEMBERS),
        shard,
        training,
        " ".join(name for name, is_past in past.items() if is_past),
    )


def read_measured(table: Path) -> dict[str, tuple[float, float]]:
    """Ms of one core and bytes, a slice, of every stage in the table of ``benchmarks.scaling``."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["stage"]: (float(row["cpu_ms_per_slice"]), float(row["bytes_per_slice"])) for row in rows}


def as_table(rows: Sequence[NamedTuple]) -> str:
    """Rows as a Markdown table."""
    lines = ["| " + " | ".join(name.replace("_", " ") for name in rows[0]._fields) + " |"]
    lines.append("|" + " --- |" * len(rows[0]))
    for row in rows:
        cells = (
            f"{cell:,.3g}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell
            for cell in row
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--measured", type=Path, help="table.csv of benchmarks.scaling; default: figures of docs/scale.md"
    )
    parser.add_argument("--slices", type=int, default=SIZES[0], help="of the data set (752,803)")
    parser.add_argument("--shards", type=int, default=SHARDS, help="of the data set (100)")
    for stage, rate in GPU.items():
        parser.add_argument(f"--{stage}", type=float, default=rate, help=f"slices a second of one GPU ({rate:g})")
    args = parser.parse_args()
    gpu = {stage: getattr(args, stage) for stage in GPU}
    each = costs(CPU | (read_measured(args.measured) if args.measured else {}), gpu)
    sys.stdout.write(as_table(totals(each, args.slices, args.shards)))
    sys.stdout.write("\n" + as_table([ceiling(each, slices, args.shards) for slices in SIZES]))


if __name__ == "__main__":
    main()
