"""Resample one shard of scans to the working grid: a store that networks read slice by slice."""

from pathlib import Path
from typing import Annotated

from bleedmap.config.slices import SliceSpec
from bleedmap.console import run
from bleedmap.slices.write_slices import write_slices


def main(
    volumes: Annotated[Path, "archive of scans"],
    brain: Annotated[Path, "archive of their brain masks"],
    spec: Annotated[str, "config of the working grid, JSON"],
    out: Annotated[Path, "slice store to write"],
) -> None:
    write_slices(volumes, brain, SliceSpec.from_json(spec), out)


if __name__ == "__main__":
    run(main)
