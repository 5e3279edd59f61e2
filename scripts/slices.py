"""Resample one shard of scans to the working grid: a store that networks read slice by slice."""

from pathlib import Path
from typing import Annotated

from bleedmap.config.slices import SliceSpec
from bleedmap.console import run
from bleedmap.provenance.tables import write_table
from bleedmap.slices.write_slices import write_slices
from bleedmap.volumes.budget import scan_budget


def main(
    volumes: Annotated[Path, "archive of scans"],
    brain: Annotated[Path, "archive of their brain masks"],
    spec: Annotated[str, "config of the working grid, JSON"],
    out: Annotated[Path, "slice store to write"],
    refused: Annotated[Path, "table of scans that cannot be resampled to write"],
    scan_mb: Annotated[int, "memory, MB, that bringing one scan to the grid may take"],
) -> None:
    with scan_budget(scan_mb):
        write_table(write_slices(volumes, brain, SliceSpec.from_json(spec), out), refused)


if __name__ == "__main__":
    run(main)
