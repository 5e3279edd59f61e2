"""Resample one shard of scans to the working grid: a store that networks read slice by slice."""

from pathlib import Path

from bleedmap.config.slices import SliceSpec
from bleedmap.console import run
from bleedmap.slices.resample import write_slices


def main(volumes: Path, brain: Path, spec: str, out: Path) -> None:
    write_slices(volumes, brain, SliceSpec.from_json(spec), out)


if __name__ == "__main__":
    run(main)
