"""The work of single stages on shards of phantom scans, as the programs of the workflow do it."""

import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors.torch import save_file

from benchmarks.scaling import used
from bleedmap.classifiers.load import build_classifier
from bleedmap.classifiers.operating_point import OperatingPoint, OperatingPoints
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.phantom.cohort import write_cohort
from scripts import brain, classify, explain, ingest, mask, slices

SCAN_MB = 20_000


def prepare(values: dict[str, Any]) -> None:
    """Write what all stages read: scans as DICOM, specs, and a classifier that calls every slice.

    Args:
        values: ``input`` (folder of series, or None), ``matrix``, ``thickness`` (mm), ``size``, ``backbone``,
            ``mask``, and ``shards``: folder to the first subject and the one after the last.
    """
    torch.manual_seed(0)
    spec = ClassifierSpec(backbone=values["backbone"])
    network = build_classifier(spec)
    for name, (first, last) in values["shards"].items():
        folder = Path(name)
        if values["input"]:
            _copy_scans(Path(values["input"]), range(first, last), folder)
        else:
            phantom = PhantomSpec(matrix=values["matrix"], slice_thickness_mm=values["thickness"])
            write_cohort(phantom, range(first, last), folder)
        weights = {key: weight.contiguous() for key, weight in network.state_dict().items()}
        save_file(weights, folder / "model.safetensors", metadata={"spec": spec.to_json()})
        OperatingPoints({"any": OperatingPoint(0.0, 1.0, 1)}).write(folder / "operating_point.json")
        specs = {"slices": {"size": values["size"]}, "mask": {"method": values["mask"]}}
        (folder / "specs.json").write_text(json.dumps(specs), encoding="utf-8")


def _copy_scans(root: Path, numbers: range, folder: Path) -> None:
    """Series of a folder, again and again as far as there are numbers, each under a name of its own."""
    scans = sorted(path for path in root.iterdir() if path.is_dir())
    for number in numbers:
        shutil.copytree(scans[number % len(scans)], folder / "dicom" / f"scan-{number:04d}")


def work() -> None:
    """Be a worker: for every line that comes, ``[stage, shard, ...]``, work and say CPU seconds and peak memory, MB."""
    for line in sys.stdin:
        stage, *shards = json.loads(line)
        before, _ = used()
        with contextlib.redirect_stderr(io.StringIO()):
            for shard in shards:
                DO[stage](Path(shard))
        after, memory = used()
        sys.stdout.write(json.dumps([after - before, memory]) + "\n")
        sys.stdout.flush()


def _ingest(shard: Path) -> None:
    spec = json.dumps({"adapter": "folder", "root": str(shard / "dicom"), "shards": 1})
    planned = len(list((shard / "dicom").iterdir()))
    scans, rejected, private = (shard / f"{name}.csv" for name in ("scans", "rejected", "private"))
    ingest.main(spec, 0, shard / "volumes.zip", scans, rejected, planned, private, SCAN_MB)


def _brain(shard: Path) -> None:
    brain.main(
        shard / "volumes.zip", json.dumps({"method": "skull_interior"}), shard / "brain.zip", shard / "flags.csv"
    )


def _slices(shard: Path) -> None:
    spec = json.dumps(_spec(shard, "slices"))
    out = shard / "slices.zarr.zip"
    slices.main(shard / "volumes.zip", shard / "brain.zip", spec, out, shard / "refused.csv", SCAN_MB)
    subjects = pd.read_csv(shard / "scans.csv", dtype=str)["subject"].unique()
    pd.DataFrame({"subject": subjects, "fold": 0, "role": "test"}).to_csv(shard / "split.csv", index=False)


def _explain(shard: Path) -> None:
    out = shard / "maps.zarr.zip"
    explain.main(shard / "model.safetensors", shard / "slices.zarr.zip", json.dumps({"method": "cam"}), 1, out)


def _classify(shard: Path) -> None:
    classify.main(shard / "model.safetensors", [shard / "slices.zarr.zip"], 1, shard / "scores.csv")


def _mask(shard: Path) -> None:
    mask.main(
        shard / "slices.zarr.zip",
        shard / "split.csv",
        0,
        json.dumps(_spec(shard, "mask")),
        1,
        shard / "masks.zarr.zip",
        shard / "notes.csv",
        maps=shard / "maps.zarr.zip",
        model=shard / "model.safetensors",
        scores=shard / "scores.csv",
        operating_point=shard / "operating_point.json",
    )


def _spec(shard: Path, name: str) -> Any:  # noqa: ANN401  a config as JSON
    return json.loads((shard / "specs.json").read_text(encoding="utf-8"))[name]


DO: dict[str, Callable[[Path], None]] = {
    "ingest": _ingest,
    "brain": _brain,
    "slices": _slices,
    "classify": _classify,
    "explain": _explain,
    "mask": _mask,
}
