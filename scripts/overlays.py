"""Draw the test slices of a fold with the largest bleeds: heatmaps, masks and points of all methods over the CT."""

from pathlib import Path
from typing import Annotated

from bleedmap.console import run
from bleedmap.provenance.tables import read_table
from bleedmap.report.choose import list_test_slices
from bleedmap.report.overlays import draw_overlays
from bleedmap.report.spec import OverlaySpec
from bleedmap.splits.roles import read_roles


def main(
    slices: Annotated[list[Path], "slice stores of all shards"],
    split: Annotated[Path, "roles of the subjects"],
    fold: Annotated[int, "number of the fold"],
    spec: Annotated[str, "what is shown, JSON"],
    out: Annotated[Path, "picture of all methods to write"],
    hero: Annotated[Path, "picture of one method step by step to write"],
    predictions: Annotated[list[Path] | None, "masks of all shards of the first method, then of the next"] = None,
    points: Annotated[list[Path] | None, "points of all shards of the first method that finds any, then on"] = None,
    maps: Annotated[list[Path] | None, "maps of all shards of the first heatmap, then of the next"] = None,
    scores: Annotated[Path | None, "probabilities of every slice, to choose among them"] = None,
    masks: Annotated[list[Path] | None, "masks of all shards that the segmenter shown step by step learnt from"] = None,
) -> None:
    test = list_test_slices(slices, read_roles(split, fold), read_table(scores) if scores else None)
    draw_overlays(
        OverlaySpec.from_json(spec),
        test,
        slices=slices,
        predictions=predictions or [],
        maps=maps or [],
        masks=masks or [],
        points=points or [],
        sheet=out,
        hero=hero,
    )


if __name__ == "__main__":
    run(main)
