"""Enhance the slices of one shard for a segmenter."""

from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.enhancements import AnyEnhancement
from bleedmap.console import run
from bleedmap.enhancements.enhance_shard import enhance_shard


def main(
    slices: Annotated[Path, "slice store"],
    spec: Annotated[str, "config of the enhancement, JSON"],
    out: Annotated[Path, "slice store to write"],
) -> None:
    enhance_shard(read_spec(AnyEnhancement, spec), slices, out)


if __name__ == "__main__":
    run(main)
