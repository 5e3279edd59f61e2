"""Scores, maps and masks of a shard against the bare networks: slices a second of both, in one run.

Bare is the network alone, or the saliency method, over a batch that lies on the device, for as many slices or patches
as the stage asks for. The stage reads a shard from disk and writes its result. Both take turns; medians are compared.

``python -m benchmarks.inference --out FOLDER`` measures resnet18 at 128 pixels and the demo's 3D U-Net. On a GPU:
``--backbone resnet101 --size 512 --unet-size 256 --depth 32 --scans 40 --threads 8``.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import torch

from benchmarks.figures.gpu_watch import GpuWatch
from benchmarks.made_up.bare_loop import now
from benchmarks.made_up.demo_unet import demo_unet
from benchmarks.made_up.random_store import write_random_store
from bleedmap.classifiers.classify_scan import BATCH, classify_shards
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import CamSpec, GradCamSpec
from bleedmap.config.segmenters import UNet3dSpec
from bleedmap.saliency import explain_classes
from bleedmap.saliency.explain_shard import explain_shard
from bleedmap.segmenters.probabilities import WINDOWS_AT_ONCE
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import Segmenter
from bleedmap.splits.roles import read_roles
from bleedmap.training.engine import make_deterministic

SLICES = 32
Work = Callable[[], object]


def measure(bare: Work, stage: Work, slices: int, turns: int) -> dict[str, float]:
    """Median slices a second of both, and how busy a GPU is in the stage.

    Args:
        bare: works on as many slices as the stage.
        stage: reads, works, writes.
        slices: how many.
        turns: of each; one more warms up.
    """
    rows = []
    for _ in range(turns + 1):
        row = {}
        for name, work in (("bare", bare), ("stage", stage)):
            start = now()
            with GpuWatch() as watch:
                work()
            row[name] = slices / (now() - start)
        rows.append({**row, "ratio": row["stage"] / row["bare"], "gpu_busy": watch.busy()})
    return {str(name): float(value) for name, value in pd.DataFrame(rows[1:]).median().items()}


def classifier_rows(options: argparse.Namespace, device: str) -> dict[str, dict[str, float]]:
    """Scores, and maps by two methods."""
    files = write_random_store(options.out / "classifier", scans=options.scans, slices=SLICES, size=options.size)
    model = build_classifier(ClassifierSpec(backbone=options.backbone)).eval().to(device)
    images = torch.rand((BATCH, 1, options.size, options.size), device=device) * 80
    steps = -(-options.scans * SLICES // BATCH)

    def classify() -> None:
        with torch.inference_mode():
            for _ in range(steps):
                model(images)

    works: dict[str, tuple[Work, Work]] = {"classify": (classify, lambda: classify_shards(model, files.slices))}
    for spec in (CamSpec(), GradCamSpec()):

        def bare(spec: CamSpec | GradCamSpec = spec) -> None:
            for _ in range(steps):
                explain_classes(spec, model, images)

        def stage(spec: CamSpec | GradCamSpec = spec) -> None:
            for path in files.slices:
                explain_shard(spec, model, path, options.out / "maps")

        works[f"explain, {spec.method}"] = (bare, stage)
    return {
        f"{name}, {options.backbone}, {options.size} px": measure(*both, options.scans * SLICES, options.turns)
        for name, both in works.items()
    }


def segmenter_row(options: argparse.Namespace, device: str) -> dict[str, dict[str, float]]:
    """Masks of scans that are a quarter longer than a patch."""
    spec = UNet3dSpec.model_validate({**demo_unet().model_dump(), "depth": options.depth})
    length = options.depth + options.depth // 4
    files = write_random_store(options.out / "unet", scans=options.scans, slices=length, size=options.unet_size)
    model = Segmenter(spec).eval().to(device)
    roles = read_roles(files.split, 0)

    def stage() -> None:
        for path in files.slices:
            segment_shard(model, spec, path, roles, options.out / "masks", ("train", "validation", "test"))

    asked: list[int] = []
    with torch.no_grad():
        counting = model.register_forward_pre_hook(lambda _, inputs: asked.append(len(inputs[0])))
        stage()
        counting.remove()
    patches = torch.rand((WINDOWS_AT_ONCE, options.depth, options.unet_size, options.unet_size), device=device) * 80

    def bare() -> None:
        with torch.inference_mode():
            for count in asked:
                model(patches[:count])

    name = f"segment, 3D U-Net, {options.unet_size} px x {options.depth}"
    return {name: measure(bare, stage, options.scans * length, options.turns)}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table and the made-up data")
    parser.add_argument("--backbone", default="resnet18", help="timm backbone of the classifier")
    parser.add_argument("--size", type=int, default=128, help="rows and columns of the classifier's slices")
    parser.add_argument("--unet-size", type=int, default=128, help="rows and columns of the U-Net's slices")
    parser.add_argument("--depth", type=int, default=8, help="slices of the U-Net's patches")
    parser.add_argument("--scans", type=int, default=6, help="scans, of which twenty are a shard")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads, or scans side by side on a GPU")
    parser.add_argument("--turns", type=int, default=3, help="turns of each")
    options = parser.parse_args()
    make_deterministic(0, options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = classifier_rows(options, device) | segmenter_row(options, device)
    table = pd.DataFrame(rows).T.rename_axis("work").reset_index()
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.3f')}\n")


if __name__ == "__main__":
    main()
