"""Saliency methods: time as a multiple of a network's forward pass, memory, and HGI-SAM against the authors' own code.

``python -m benchmarks.saliency --out FOLDER`` measures Swin-Base at 384 pixels. With ``--released PATH``, a checkout of
github.com/HealthX-Lab/HGI-SAM their code runs in turns with ours, on the same weights and images, and the table has the
largest difference of the maps; nothing of it is part of this project. Seconds are of the processor where there is no
GPU, so that what else the machine does counts little; the fastest turn of each counts.

Two more networks follow: the U-shaped classifier of paper 003 with ``--encoder``, whose map is asked of one forward
pass, and ``--plain``, whose gradients at the input hold ``internal_batch`` images at once.
"""

import argparse
import ctypes
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import timm
import torch
from torch import Tensor, nn

from benchmarks.networks.released_hgi_sam import NAME, SIZE, Released
from bleedmap.classifiers.load import build_classifier
from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.saliency import CamSpec, SelfAttentionSpec
from bleedmap.constants import CLASSES
from bleedmap.maps import cam, grad_cam, guided_backprop, hgi_sam, integrated_gradients, self_attention
from bleedmap.saliency import explain, explain_classes
from bleedmap.saliency.plain_network import PlainLogits
from bleedmap.saliency.stretch import stretch
from bleedmap.training.engine import make_deterministic

Method = Callable[[Tensor], Tensor]
BATCHES, STEPS = (1, 2, 4, 8), 8


def methods_of(network: nn.Module) -> dict[str, Method]:
    """What is measured on a network, the plain forward pass first."""
    return {
        "forward": lambda images: _forward(network, images),
        "self_attention": lambda images: self_attention(network, images),
        "hgi_sam": lambda images: hgi_sam(network, images, 1),
        "hgi_sam, scores": lambda images: hgi_sam(network, images, 1, grad_at="scores"),
        "grad_cam, norm1": lambda images: grad_cam(network, images, 1, layer="norm1"),
        "cam": lambda images: cam(network, images, 1),
    }


def methods_of_lse(encoder: str, device: str) -> dict[str, Method]:
    """The maps of all classes of the U-shaped classifier of paper 003, its forward pass first."""
    levels = {"method": "unet", "head": {"pooling": "lse"}, "training": {"loss": "levels"}}
    spec = ClassifierSpec.model_validate({"backbone": encoder, "classes": CLASSES, "reach": 1, **levels})
    network = build_classifier(spec).eval().to(device)
    return {
        f"{encoder}, forward": lambda hu: _forward(network, hu),
        f"{encoder}, cam": lambda hu: explain_classes(CamSpec(), network, hu),
    }


def methods_at_input(name: str, device: str) -> dict[str, Method]:
    """Gradients at the input of a plain ReLU network, by how many images are held at once; its forward pass first."""
    network = timm.create_model(name, num_classes=2).eval().to(device)
    made: dict[str, Method] = {f"{name}, forward": lambda images: _forward(network, images)}
    for count in BATCHES:
        made[f"guided_backprop, {count}"] = partial(guided_backprop, network, target=1, internal_batch=count)
        made[f"integrated_gradients, {STEPS} steps, {count}"] = partial(
            integrated_gradients, network, target=1, steps=STEPS, internal_batch=count
        )
    return made


def _forward(network: nn.Module, images: Tensor) -> Tensor:
    with torch.inference_mode():
        output = network(images)
    logits: Tensor = getattr(output, "logits", output)
    return logits


def measure(methods: dict[str, Method], images: Tensor, turns: int) -> pd.DataFrame:
    """Seconds a slice, and MiB above what was there before.

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
            peaks[name] = _peak(images) - before
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
    if images.is_cuda:
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated() / 2**20
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Linux forgets the highest size of the process
        return _process_mib("VmRSS")
    except OSError:
        return float("nan")  # another system, or one that does not let it be forgotten: no peak is told


def _peak(images: Tensor) -> float:
    if images.is_cuda:
        return torch.cuda.max_memory_allocated() / 2**20
    try:
        return _process_mib("VmHWM")
    except OSError:
        return float("nan")


def _process_mib(key: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(key)) / 2**10


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder for the table")
    parser.add_argument("--released", type=Path, help="checkout of HealthX-Lab/HGI-SAM; only for the default network")
    parser.add_argument("--network", default=NAME, help="Swin transformer of timm")
    parser.add_argument("--encoder", default="rdnet_tiny", help="timm model in the U-shaped classifier")
    parser.add_argument("--plain", default="densenet121", help="ReLU network of timm")
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
    batch = torch.rand((max(BATCHES), *images.shape[1:]), device=device)
    table = pd.concat(
        [
            table,
            measure(methods_of_lse(options.encoder, device), images * 80, options.turns),
            measure(methods_at_input(options.plain, device), batch, options.turns),
        ]
    )
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
