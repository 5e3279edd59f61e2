"""Draw the test slices of a data set with the largest bleeds: heatmaps and masks of all methods over the CT."""

from pathlib import Path

from bleedmap.config.workflow import FoldSpec
from bleedmap.console import run
from bleedmap.provenance.tables import read_table
from bleedmap.report.choose import list_test_slices
from bleedmap.report.overlays import draw_overlays
from bleedmap.report.spec import OverlaySpec


def main(
    slices: list[Path],
    predictions: list[Path],
    folds: Path,
    fold: int,
    fold_spec: str,
    spec: str,
    out: Path,
    hero: Path,
    maps: list[Path] | None = None,
    scores: Path | None = None,
    masks: list[Path] | None = None,
) -> None:
    parts = read_table(folds)
    table = read_table(scores) if scores else None
    test = list_test_slices(slices, parts, fold, FoldSpec.from_json(fold_spec).count, table)
    settings = OverlaySpec.from_json(spec)
    draw_overlays(
        settings,
        test,
        slices=slices,
        predictions=predictions,
        maps=maps or [],
        masks=masks or [],
        sheet=out,
        hero=hero,
    )


if __name__ == "__main__":
    run(main)
