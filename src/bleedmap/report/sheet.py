"""The contact sheet: one row a slice, one column a heatmap or method; many methods go on below, slices and all."""

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bleedmap.report.drawing import (
    FAINT,
    FOUND,
    INK,
    PAPER,
    TRUE,
    crosses,
    fill,
    legend,
    note,
    outline,
    save_png,
    show_heatmap,
    show_slice,
)
from bleedmap.report.panels import Panel, image_name

SIDE, CAPTION, HEAD, FOOT = 1.3, 1.15, 0.5, 0.3  # inches
MOST = 12  # heatmaps and methods side by side
Draw = Callable[[Axes, Panel], None]


def draw_sheet(panels: Sequence[Panel], heatmaps: Sequence[str], methods: Sequence[str], path: Path) -> None:
    """Draw all methods on all chosen slices; numbers are Dice on the slice, where a bleed is drawn.

    Args:
        panels: the slices.
        heatmaps: columns of saliency maps.
        methods: columns of masks or points.
        path: PNG to write.
    """
    shown = [*((name, _heatmap(name)) for name in heatmaps), *((name, _found(name)) for name in methods)]
    image: tuple[str, Draw] = (image_name(panels), lambda axes, panel: None)
    bands = [[image, *band, ("truth", _truth)] for band in _bands(shown)]
    width = CAPTION + SIDE * max(len(band) for band in bands)
    tall = HEAD + SIDE * max(1, len(panels))
    height = tall * len(bands) + FOOT
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    for number, band in enumerate(bands):
        _draw_band(figure, panels, band, (width, height), top=height - number * tall)
    if not panels:
        figure.text(0.5, 0.5, "no test scans", color=FAINT, fontsize=9, ha="center", va="center")
    has_dice = any(not np.isnan(panel.dice(method)) for panel in panels for method in methods)
    told = "numbers are Dice on the slice" if has_dice else ""
    legend(figure, CAPTION / width, FOOT / 2 / height, size=8, more=told)
    save_png(figure, path, dpi=110)


def _bands(shown: list[tuple[str, Draw]]) -> list[list[tuple[str, Draw]]]:
    """Columns in bands of like width that fit a page, one below the other."""
    width = -(-len(shown) // max(1, -(-len(shown) // MOST)))
    return [shown[start : start + width] for start in range(0, len(shown), width or 1)] or [[]]


def _draw_band(
    figure: Figure, panels: Sequence[Panel], columns: Sequence[tuple[str, Draw]], size: tuple[float, float], top: float
) -> None:
    """All slices in some columns; ``size`` is the figure's width and height, ``top`` the band's upper edge, inches."""
    width, height = size
    for column, (title, _) in enumerate(columns):
        x = (CAPTION + SIDE * (column + 0.5)) / width
        text = "\n".join(textwrap.wrap(title.replace("/", " "), 17))
        figure.text(x, (top - HEAD / 2) / height, text, color=INK, fontsize=7.5, ha="center", va="center")
    for row, panel in enumerate(panels):
        bottom = top - HEAD - SIDE * (row + 1)
        figure.text(0.08 / width, (bottom + SIDE / 2) / height, _caption(panel), color=FAINT, fontsize=7, va="center")
        for column, (_, draw) in enumerate(columns):
            place = ((CAPTION + SIDE * column) / width, bottom / height, SIDE * 0.98 / width, SIDE * 0.98 / height)
            axes = figure.add_axes(place)
            show_slice(axes, panel.hu, panel.intensity)
            draw(axes, panel)


def _caption(panel: Panel) -> str:
    return "\n".join([*textwrap.wrap(panel.scan, 16), f"slice {panel.slice_number}"])


def _heatmap(name: str) -> Draw:
    return lambda axes, panel: show_heatmap(axes, panel.maps[name])


def _found(method: str) -> Draw:
    def draw(axes: Axes, panel: Panel) -> None:
        if method in panel.masks:
            fill(axes, panel.masks[method], FOUND)
        if panel.truth is not None:
            outline(axes, panel.truth, TRUE)
        if method in panel.points:
            crosses(axes, panel.points[method], FOUND)
        if not np.isnan(value := panel.dice(method)):
            note(axes, f"{value:.2f}")

    return draw


def _truth(axes: Axes, panel: Panel) -> None:
    if panel.truth is None:
        note(axes, "not drawn")
    else:
        fill(axes, panel.truth, TRUE)
