"""Both pictures of a split in one fold, from the files of all methods that are scored on it."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bleedmap.report.choose import choose
from bleedmap.report.hero import Step, draw_hero
from bleedmap.report.panels import Stores, image_name, read_panels
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
    points: Sequence[Path],
    sheet: Path,
    hero: Path,
) -> None:
    """Choose slices and draw them.

    Args:
        spec: what is shown.
        test_slices: what ``list_test_slices`` returned.
        slices: slice stores of all shards.
        predictions: stores of all shards of the first method that finds masks, then of the next.
        maps: stores of all shards of the first heatmap, then of the next.
        masks: stores of all shards with the masks that the hero's segmenter learned from; may be empty.
        points: tables of all shards of the first method that finds points, then of the next; may be empty.
        sheet: PNG to write, all methods on all chosen slices.
        hero: PNG to write, one method step by step.
    """
    shards = len(slices)
    stores = by_name([*spec.masks, PSEUDO] if masks else spec.masks, [*predictions, *masks], shards)
    panels = read_panels(
        choose(test_slices, spec.slices),
        slices,
        maps=by_name(spec.heatmaps, maps, shards),
        masks=stores,
        points=by_name(spec.points, points, shards),
    )
    draw_sheet(panels, spec.heatmaps, [row.name for row in spec.rows], sheet)
    steps = hero_steps(spec.hero, has_pseudo_mask=bool(masks), image=image_name(panels))
    draw_hero(panels, steps, spec.hero.name, hero)


def by_name(names: Sequence[str], files: Sequence[Path], shards: int) -> Stores:
    """Files of all shards by name; ``files`` holds those of the first name, then of the next."""
    groups = [files[start : start + shards] for start in range(0, len(files), shards)]
    return dict(zip(names, groups, strict=True))


def hero_steps(row: Row, *, has_pseudo_mask: bool, image: str = "CT") -> list[Step]:
    """What is shown of a method, from left to right; ``image`` is what the slices are called."""
    steps = [Step(image)]
    if row.heatmap:
        steps.append(Step(f"saliency ({row.saliency})", heatmap=row.heatmap))
    if has_pseudo_mask:
        steps.append(Step(f"pseudo mask ({row.mask})", mask=PSEUDO))
    return [*steps, _last_step(row), Step("truth", truth=True)]


def _last_step(row: Row) -> Step:
    if row.detector:
        return Step(f"points ({row.detector})", points=row.name)
    title = f"prediction ({row.segmenter})" if row.segmenter else f"mask ({row.mask})"
    return Step(title, mask=row.name)
