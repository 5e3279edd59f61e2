"""Points of one shard of slices: where a bleed is, without its outline."""

from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.detectors import AnyDetector
from bleedmap.console import run
from bleedmap.detectors.detect_shard import detect_shard


def main(
    slices: Annotated[Path, "slice store"],
    maps: Annotated[Path, "saliency maps of the shard"],
    spec: Annotated[str, "config of the detector, JSON"],
    out: Annotated[Path, "table of points to write"],
    tuned: Annotated[Path | None, "config of the detector with the values chosen in this fold, JSON"] = None,
) -> None:
    settings = read_spec(AnyDetector, spec, tuned)
    detect_shard(settings, slices, maps, out)


if __name__ == "__main__":
    run(main)
