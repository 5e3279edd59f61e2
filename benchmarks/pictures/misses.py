"""Contact sheet of the real slices that the classifiers got most wrong."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.pictures.real_slices import RealSlices
from bleedmap.report.drawing import FOUND, INK, PAPER, TRUE, fill, outline, save_png, show_heatmap, show_slice

SHOWN = 10


def worst(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Numbers of the slices that lie deepest among those of the other class, worst first.

    Ranks, not scores, are compared: a slice's error is the share of the other class that it stands on the wrong side
    of; of equal ones, the one with less margin comes first.
    """
    wrong = np.where(labels == 1, -1.0, 1.0)
    others = [scores[labels != label] for label in labels]
    passed = [np.mean(sign * (score - other) > 0) for sign, score, other in zip(wrong, scores, others, strict=True)]
    return np.lexsort((-wrong * scores, -np.asarray(passed)))[:SHOWN]


def draw_misses(
    real: RealSlices,
    scores: NDArray[np.floating],
    maps: NDArray[np.float32],
    masks: Mapping[str, NDArray[np.bool_]],
    path: Path,
) -> None:
    """Draw the worst slices with their heatmaps and masks; the truth is outlined where somebody drew it.

    Args:
        real: all real slices.
        scores: (n,) of the classifiers.
        maps: (n, size, size) heatmaps in [0, 1].
        masks: (n, size, size) a method.
        path: PNG to write.
    """
    columns = ["picture", "heatmap", *(name for name in masks if name != "heatmap")]
    figure = Figure(figsize=(1.5 * len(columns) + 1.0, 1.5 * SHOWN + 0.4), facecolor=PAPER)
    grid = figure.subplots(SHOWN, len(columns), squeeze=False)
    figure.subplots_adjust(left=0.12, right=0.995, top=0.975, bottom=0.005, wspace=0.03, hspace=0.03)
    size = real.hu.shape[-1]
    for row, number in enumerate(worst(scores, real.label)):
        truth = real.truth[number]
        for axes, name in zip(grid[row], columns, strict=True):
            show_slice(axes, real.hu[number], "hu")
            if row == 0:
                axes.set_title(name, color=INK, fontsize=7)
            if name == "heatmap":
                show_heatmap(axes, maps[number])
            elif name in masks:
                fill(axes, masks[name][number], FOUND)
            if truth is not None:
                outline(axes, real.box[number].take(truth[None], size, 0)[0] >= 0.5, TRUE)
        kind = "bleed" if real.label[number] else "healthy"
        caption = f"{real.name[number]}\n{kind}\n{scores[number]:+.1f}"
        grid[row, 0].text(-0.35, 0.5, caption, transform=grid[row, 0].transAxes, color=INK, fontsize=7, va="center")
    save_png(figure, path, dpi=110)
