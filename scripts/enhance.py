"""Enhance the slices of one shard for a segmenter."""

from pathlib import Path
from typing import Annotated

from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.console import run
from bleedmap.enhancements import build_enhancement
from bleedmap.enhancements.enhance_shard import enhance_shard


def main(
    slices: Annotated[Path, "slice store"],
    spec: Annotated[str, "config of the enhancement, JSON"],
    out: Annotated[Path, "slice store to write"],
) -> None:
    settings: AnyEnhancement = AnyEnhancement.from_json(spec)
    enhance_shard(build_enhancement(settings), settings, slices, out)


if __name__ == "__main__":
    run(main)
