"""Predict masks of one shard's test scans with a trained segmenter."""

from pathlib import Path

import torch

from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.segmenters.segment_shard import segment_shard
from bleedmap.segmenters.segmenter import load_segmenter


def main(model: Path, slices: Path, folds: Path, fold: int, fold_spec: str, threads: int, out: Path) -> None:
    torch.set_num_threads(threads)
    count = FoldSpec.from_json(fold_spec).count
    segment_shard(load_segmenter(model), slices, folds, fold, count, out)


if __name__ == "__main__":
    run(main)
