"""Saliency methods of a Swin transformer: time as a multiple of its forward pass, and against the authors' own code.

``python -m benchmarks.saliency --out FOLDER`` measures Swin-Base at 384 pixels. With ``--released PATH``, a checkout of
github.com/HealthX-Lab/HGI-SAM their code runs in turns with ours, on the same weights and images, and the table has the
largest difference of the maps; nothing of it is part of this project. Seconds are of the processor where there is no
GPU, so that what else the machine does counts little; the fastest turn of each counts.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import timm
import torch
from torch import Tensor, nn

from benchmarks.networks.released_hgi_sam import NAME, SIZE, Released
from bleedmap.config.saliency import SelfAttentionSpec
from bleedmap.maps import cam, grad_cam, hgi_sam, self_attention
from bleedmap.saliency import explain
from bleedmap.saliency.plain_network import PlainLogits
from bleedmap.saliency.stretch import stretch
from bleedmap.training.engine import make_deterministic

Method = Callable[[Tensor], Tensor]


def methods_of(network: nn.Module) -> dict[str, Method]:
    """What is measured on a network, the plain forward pass first."""

    def forward(images: Tensor) -> Tensor:
        with torch.inference_mode():
            logits: Tensor = network(images)
        return logits

    return {
        "forward": forward,
        "self_attention": lambda images: self_attention(network, images),
        "hgi_sam": lambda images: hgi_sam(network, images, 1),
        "hgi_sam, scores": lambda images: hgi_sam(network, images, 1, grad_at="scores"),
        "grad_cam, norm1": lambda images: grad_cam(network, images, 1, layer="norm1"),
        "cam": lambda images: cam(network, images, 1),
    }


def measure(methods: dict[str, Method], images: Tensor, turns: int) -> pd.DataFrame:
    """Seconds a slice and, on a GPU, MiB a slice above what was there before.

    Args:
        methods: by name.
        images: (B, C, H, W).
        turns: of each; one more warms up.
    """
    rows: dict[str, list[float]] = {name: [] for name in methods}
    peaks: dict[str, float] = {}
    for _ in range(turns + 1):
        for name, method in methods.items():
            before = _reset(images)
            start = _clock(images)
            method(images)
            rows[name].append((_clock(images) - start) / len(images))
            peaks[name] = (_peak(images) - before) / len(images)
    table = pd.DataFrame({"method": list(rows), "seconds": [min(spent[1:]) for spent in rows.values()]})
    table["forwards"] = table["seconds"] / table["seconds"].iloc[0]
    table["peak_mib"] = [peaks[name] for name in rows]
    return table


def _clock(images: Tensor) -> float:
    if images.is_cuda:
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def _reset(images: Tensor) -> float:
    if not images.is_cuda:
        return float("nan")
    torch.cuda.reset_peak_memory_stats()
    return torch.cuda.memory_allocated() / 2**20


def _peak(images: Tensor) -> float:
    return torch.cuda.max_memory_allocated() / 2**20 if images.is_cuda else float("nan")


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--released", type=Path, help="checkout of HealthX-Lab/HGI-SAM; only for the default network")
    parser.add_argument("--network", default=NAME, help="Swin transformer of timm")
    parser.add_argument("--size", type=int, default=SIZE, help="rows and columns of the images")
    parser.add_argument("--slices", type=int, default=2, help="images")
    parser.add_argument("--turns", type=int, default=3, help="turns of each")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    options = parser.parse_args()
    make_deterministic(0, options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    images = torch.rand((options.slices, 3, options.size, options.size), device=device)
    if options.released is None:
        network = timm.create_model(options.network, img_size=options.size, num_classes=2).eval().to(device)
        table = measure(methods_of(network), images, options.turns)
    else:
        released = Released(options.released, device)
        theirs = {"hgi_sam, released": released.hgi_sam, "self_attention, released": released.self_attention}
        table = measure(methods_of(released.same_weights) | theirs, images, options.turns)
        table["difference"] = table["method"].map(_differences(released, images))
    options.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.out / "table.csv", index=False)
    sys.stdout.write(f"{table.to_string(index=False, float_format='%.4g')}\n")


def _differences(released: Released, images: Tensor) -> dict[str, float]:
    """Largest difference of any pixel from the authors' maps, in the way in which theirs are made."""
    own = released.same_weights
    rolled = explain(SelfAttentionSpec(roll_unshifted=True), PlainLogits(own, 1), images, 0)
    pairs = {
        "hgi_sam, scores": (hgi_sam(own, images, 1, grad_at="scores"), released.hgi_sam(images)),
        "self_attention": (stretch(rolled).maps, released.self_attention(images)),
    }
    return {name: float((one - other).abs().max()) for name, (one, other) in pairs.items()}


if __name__ == "__main__":
    main()
