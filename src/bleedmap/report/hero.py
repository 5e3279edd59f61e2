"""One slice through one method, step by step: CT, heatmap, pseudo mask, prediction or points, truth."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    outline,
    save_png,
    show_heatmap,
    show_slice,
)
from bleedmap.report.panels import Panel

SIDE, HEAD, FOOT = 2.4, 0.4, 0.35  # inches


@dataclass(frozen=True)
class Step:
    """One picture of the row.

    Args:
        title: what it shows.
        heatmap: key of ``Panel.maps`` to show, if any.
        mask: key of ``Panel.masks`` to show, if any.
        points: key of ``Panel.points`` to show, if any.
        truth: whether to show the truth.
    """

    title: str
    heatmap: str | None = None
    mask: str | None = None
    points: str | None = None
    truth: bool = False


def typical(panels: Sequence[Panel], method: str) -> int:
    """Place of the slice with the median Dice of a method (the lower of two), so that nothing is cherry-picked.

    Slices without a Dice count as lowest.
    """
    values = [panel.dice(method) for panel in panels]
    order = sorted(range(len(panels)), key=lambda place: -1.0 if np.isnan(values[place]) else values[place])
    known = [place for place in order if not np.isnan(values[place])] or order
    return known[(len(known) - 1) // 2]


def draw_hero(panels: Sequence[Panel], steps: Sequence[Step], method: str, path: Path) -> None:
    """Draw the steps of a method on its typical slice.

    Args:
        panels: the chosen slices.
        steps: what to show, from left to right.
        method: key of ``Panel.masks`` whose Dice decides, or of ``Panel.points``.
        path: PNG to write.
    """
    width, height = SIDE * len(steps), HEAD + SIDE + FOOT
    figure = Figure(figsize=(width, height), facecolor=PAPER)
    footer = "no test scans"
    if panels:
        panel = panels[typical(panels, method)]
        for column, step in enumerate(steps):
            axes = figure.add_axes(
                (SIDE * (column + 0.01) / width, FOOT / height, SIDE * 0.98 / width, SIDE * 0.98 / height)
            )
            _draw_step(axes, panel, step)
        footer = _footer(panel, method, len(panels))
    for column, step in enumerate(steps):
        x = SIDE * (column + 0.5) / width
        figure.text(x, 1 - HEAD / 2 / height, step.title, color=INK, fontsize=10, ha="center", va="center")
    legend(figure, 0.08 / width, FOOT / 2 / height, size=9)
    figure.text(1 - 0.08 / width, FOOT / 2 / height, footer, color=FAINT, fontsize=8, ha="right", va="center")
    save_png(figure, path, dpi=110)


def _draw_step(axes: Axes, panel: Panel, step: Step) -> None:
    show_slice(axes, panel.hu, panel.intensity)
    if step.heatmap:
        show_heatmap(axes, panel.maps[step.heatmap])
    if step.mask:
        fill(axes, panel.masks[step.mask], FOUND)
    if (step.mask or step.points) and panel.truth is not None:
        outline(axes, panel.truth, TRUE)
    if step.points:
        crosses(axes, panel.points[step.points], FOUND)
    if step.truth and panel.truth is not None:
        fill(axes, panel.truth, TRUE)


def _footer(panel: Panel, method: str, number: int) -> str:
    value = panel.dice(method)
    if not np.isnan(value):
        return f"{method}: the slice of median Dice ({value:.2f}) of the {number} shown"
    place = f"{method}: {panel.scan}, slice {panel.slice_number}"
    return place if panel.truth is not None else f"{place}; no truth to score against"
