"""Masks of one shard of slices: from saliency maps, from HU or from the drawn truth."""

from pathlib import Path

import torch
from pydantic import TypeAdapter

from bleedmap.config.masks import AnyMask
from bleedmap.console import run
from bleedmap.masks import build_masks
from bleedmap.masks.mask_shard import MapInputs, mask_shard
from bleedmap.provenance.tables import write_table


def main(
    slices: Path,
    spec: str,
    threads: int,
    out: Path,
    notes: Path,
    maps: Path | None = None,
    model: Path | None = None,
    operating_point: Path | None = None,
    scores: Path | None = None,
) -> None:
    torch.set_num_threads(threads)
    settings: AnyMask = TypeAdapter[AnyMask](AnyMask).validate_json(spec)
    inputs = None
    if maps and model and operating_point and scores:
        # timm takes seconds to import, and some mask methods need no classifier
        from bleedmap.classifiers.slice_classifier import load_classifier  # noqa: PLC0415

        inputs = MapInputs.read(maps, load_classifier(model), operating_point, scores)
    write_table(mask_shard(build_masks(settings), settings, slices, inputs, out), notes)


if __name__ == "__main__":
    run(main)
