"""Both pictures of a data set in one fold, from the stores of all methods."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bleedmap.config.names import NONE
from bleedmap.report.choose import choose
from bleedmap.report.hero import Step, draw_hero
from bleedmap.report.panels import Stores, read_panels
from bleedmap.report.sheet import draw_sheet
from bleedmap.report.spec import OverlaySpec, Row

PSEUDO = "pseudo mask"  # no method has a name with a blank


def draw_overlays(
    spec: OverlaySpec,
    test_slices: pd.DataFrame,
    *,
    slices: Sequence[Path],
    predictions: Sequence[Path],
    maps: Sequence[Path],
    masks: Sequence[Path],
    sheet: Path,
    hero: Path,
) -> None:
    """Choose slices and draw them.

    Args:
        spec: what is shown.
        test_slices: what ``list_test_slices`` returned.
        slices: slice stores of all shards.
        predictions: stores of all shards of the first method, then of the next.
        maps: stores of all shards of the first heatmap, then of the next.
        masks: stores of all shards with the masks that the hero's segmenter learned from; may be empty.
        sheet: PNG to write, all methods on all chosen slices.
        hero: PNG to write, one method step by step.
    """
    methods = [row.name for row in spec.rows]
    stores = by_name([*methods, PSEUDO] if masks else methods, [*predictions, *masks], len(slices))
    chosen = choose(test_slices, spec.slices)
    panels = read_panels(chosen, slices, by_name(spec.heatmaps, maps, len(slices)), stores)
    draw_sheet(panels, spec.heatmaps, methods, sheet)
    draw_hero(panels, hero_steps(spec.hero, has_pseudo_mask=bool(masks)), spec.hero.name, hero)


def by_name(names: Sequence[str], files: Sequence[Path], shards: int) -> Stores:
    """Files of all shards by name; ``files`` holds those of the first name, then of the next."""
    groups = [files[start : start + shards] for start in range(0, len(files), shards)]
    return dict(zip(names, groups, strict=True))


def hero_steps(row: Row, *, has_pseudo_mask: bool) -> list[Step]:
    """What is shown of a method, from left to right."""
    steps = [Step("CT")]
    if row.heatmap:
        steps.append(Step(f"saliency ({row.saliency})", heatmap=row.heatmap))
    if has_pseudo_mask:
        steps.append(Step(f"pseudo mask ({row.mask})", mask=PSEUDO))
    last = f"mask ({row.mask})" if row.segmenter == NONE else f"prediction ({row.segmenter})"
    return [*steps, Step(last, mask=row.name), Step("truth", truth=True)]
