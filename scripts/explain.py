"""Saliency maps of a trained classifier over one shard of slices."""

from pathlib import Path

import torch
from pydantic import TypeAdapter

from bleedmap.classifiers.slice_classifier import load_classifier
from bleedmap.config.saliency import AnySaliency
from bleedmap.console import run
from bleedmap.saliency import build_saliency
from bleedmap.saliency.explain_shard import explain_shard


def main(model: Path, slices: Path, spec: str, threads: int, out: Path) -> None:
    torch.set_num_threads(threads)
    settings: AnySaliency = TypeAdapter(AnySaliency).validate_json(spec)
    explain_shard(build_saliency(settings), load_classifier(model), slices, out)


if __name__ == "__main__":
    run(main)
