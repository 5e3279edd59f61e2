"""The picture of ``docs/maps.md``: Grad-CAM, SAM and HGI-SAM of one small Swin transformer on phantom slices.

``python -m benchmarks.swin_maps --out docs/swin_maps.png`` makes a cohort, trains on the slice labels of most of its
subjects, and draws the slices of the others with the most blood. No real slice has a part in it.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.figures.measures import auroc_interval
from benchmarks.networks.batches import in_batches
from benchmarks.networks.train import train_classifier
from benchmarks.pictures.exported import mirrored
from benchmarks.pictures.phantom_slices import Slices, phantom_slices
from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.datasets import PhantomSpec
from bleedmap.config.heads import PairHead
from bleedmap.config.losses import CrossEntropySpec
from bleedmap.config.saliency import AnySaliency, GradCamSpec, HgiSamSpec, SelfAttentionSpec
from bleedmap.config.slices import WindowSpec
from bleedmap.config.swin import SwinSpec
from bleedmap.config.training import TrainingSpec
from bleedmap.console import say
from bleedmap.saliency import explain
from bleedmap.saliency.stretch import stretch

METHODS: dict[str, AnySaliency] = {
    "Grad-CAM (norm1)": GradCamSpec(layer="norm1"),
    "self-attention (SAM)": SelfAttentionSpec(),
    "HGI-SAM": HgiSamSpec(),
}
SHOWN = 4
LARGE_MM2 = 300.0  # of blood in a slice: a network that has seen a few hundred slices learns no smaller bleeds
EVERY = 5  # subjects of which one is held back


def network_of(size: int, epochs: int) -> ClassifierSpec:
    """A Swin transformer that two cores train in a minute or two: four stages, windows of a quarter of the image."""
    return ClassifierSpec(
        method="swin",
        backbone="swin_tiny_patch4_window7_224",
        swin=SwinSpec(image=size, window=size // 16, embed_dim=24, depths=(2, 2, 2, 2), num_heads=(1, 2, 4, 8)),
        head=PairHead(),
        windows=(WindowSpec(level=40, width=80), WindowSpec(level=80, width=200)),
        training=TrainingSpec(
            epochs=epochs,
            patience=epochs,
            batch=32,
            learning_rate=1e-3,
            loss=CrossEntropySpec(),
            collapse_auroc=None,
        ),
    )


def maps_of(spec: AnySaliency, model: SliceClassifier, slices: Slices) -> NDArray[np.float32]:
    """(n, size, size) maps in [0, 1], zero outside the brain."""
    hu: Tensor = torch.from_numpy(slices.hu[:, None]).float().to(next(model.parameters()).device)
    inside = torch.from_numpy(slices.brain).to(hu.device)
    return np.asarray(stretch(explain(spec, model, hu, 0) * inside).maps.cpu().numpy())


def draw(slices: Slices, model: SliceClassifier, out: Path) -> None:
    """A row a slice: the slice with its truth, and the map of each method."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(
        len(slices), 1 + len(METHODS), figsize=(8, 2 * len(slices)), squeeze=False, layout="constrained"
    )
    for row, hu in zip(axes, slices.hu, strict=True):
        for panel in row:
            panel.imshow(hu, cmap="gray", vmin=0, vmax=80)
            panel.axis("off")
    axes[0, 0].set_title("phantom and its bleed", fontsize=9)
    for column, (name, spec) in enumerate(METHODS.items(), start=1):
        axes[0, column].set_title(name, fontsize=9)
        for panel, found in zip(axes[:, column], maps_of(spec, model, slices), strict=True):
            panel.imshow(found, cmap="inferno", alpha=np.sqrt(found) * 0.8, vmin=0, vmax=1)
    for panel, truth in zip(axes.ravel(), np.repeat(slices.truth > 0, 1 + len(METHODS), axis=0), strict=True):
        panel.contour(truth, levels=[0.5], colors="cyan", linewidths=0.8)
    figure.savefig(out, dpi=100, metadata={"Software": None})


def main() -> None:
    """Make phantoms, train, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="picture to write, PNG")
    parser.add_argument("--cache", type=Path, help="folder of phantom slices; left out: made anew")
    parser.add_argument("--subjects", type=int, default=40, help="phantom subjects")
    parser.add_argument("--matrix", type=int, default=128, help="rows and columns of the phantom's scans")
    parser.add_argument("--size", type=int, default=64, help="rows and columns of the slices, a multiple of 32")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training slices")
    parser.add_argument("--workers", type=int, default=2, help="processes that make phantoms")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spec = PhantomSpec(subjects=options.subjects, seed=3, matrix=options.matrix)
        slices = phantom_slices(spec, options.size, options.cache or Path(folder), options.workers)
    slices = slices.take((slices.blood_mm2 == 0) | (slices.blood_mm2 >= LARGE_MM2))
    held = slices.subject % EVERY == 0
    network = network_of(options.size, options.epochs)
    model = train_classifier(network, slices.take(~held), slices.take(held), seed=0, threads=1, render=mirrored)
    others = slices.take(held)
    _tell(model, others)
    bleeding = others.take(others.blood_mm2 > 0)
    most = np.argsort(-bleeding.blood_mm2, kind="stable")
    _, first = np.unique(bleeding.subject[most], return_index=True)
    draw(bleeding.take(most[np.sort(first)[:SHOWN]]), model, options.out)


def _tell(model: SliceClassifier, slices: Slices) -> None:
    """AUROC and, of the maps, how often the highest place lies in the bleed."""
    with torch.inference_mode():
        hu = slices.hu.astype(np.float32)
        scores = np.concatenate([model(part).logits[:, 0].cpu().numpy() for part in in_batches(hu, model)])
    bleeds = slices.blood_mm2 > 0
    say(f"AUROC of {len(slices)} other slices: {auroc_interval(scores, bleeds.astype(int), slices.subject)[0]:.3f}")
    some = slices.take(bleeds)
    for name, spec in METHODS.items():
        found = maps_of(spec, model, some).reshape(len(some), -1)
        hits = (some.truth.reshape(len(some), -1) > 0)[np.arange(len(some)), found.argmax(axis=1)]
        say(f"{name}: highest place in the bleed in {hits.mean():.2f} of {len(some)} slices")


if __name__ == "__main__":
    main()
