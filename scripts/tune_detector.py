"""Choose values of a detector on the tuning subjects of one fold."""

from pathlib import Path
from typing import Annotated

from bleedmap.components import read_spec
from bleedmap.config.detectors import AnyDetector
from bleedmap.config.searches import Search
from bleedmap.config.tuning import TuningSpec
from bleedmap.console import run
from bleedmap.splits.roles import read_roles
from bleedmap.tuning.tune_detector import tune_detector
from bleedmap.tuning.tuned import write_tuned


def main(
    volumes: Annotated[list[Path], "archives of scans, one a shard"],
    slices: Annotated[list[Path], "slice stores, in the order of --volumes"],
    maps: Annotated[list[Path], "saliency maps, in the order of --volumes"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "config of the detector, JSON"],
    searches: Annotated[str, "values to choose from by key, JSON"],
    tuning: Annotated[str, "how to search, JSON"],
    out: Annotated[Path, "config with the chosen values to write, JSON; the curve goes beside it"],
) -> None:
    tuned = tune_detector(
        read_spec(AnyDetector, spec),
        read_spec(dict[str, Search], searches),
        TuningSpec.from_json(tuning),
        shards=list(zip(volumes, slices, maps, strict=True)),
        roles=read_roles(split, fold),
    )
    write_tuned(tuned, out)


if __name__ == "__main__":
    run(main)
