"""Two charts of the page: Dice of every subject, and the training of every network."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bleedmap.report.spec import Row
from bleedmap.scoring.subjects import on_shared_units, subject_means

DOT, SUPERVISED, MEAN, GREY = "#3b76c4", "#8a8f98", "#c8371f", "#9aa4b2"
ACROSS = 3  # training curves side by side


def dice_chart(scores: pd.DataFrame, rows: Sequence[Row]) -> bytes:
    """PNG: a line of dots a method, one dot a subject of the leaderboard's means, the mean as a bar.

    Args:
        scores: long table of one data set and class.
        rows: the methods, from top to bottom.
    """
    means = subject_means(scores, "dice").pivot(index="subject", columns="method", values="value")
    shared = on_shared_units(means)
    figure = Figure(figsize=(7.5, 0.8 + 0.42 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    for place, row in enumerate(rows):
        values = shared.get(row.name, pd.Series(dtype="float64")).to_numpy()
        colour = SUPERVISED if row.supervised else DOT
        axes.scatter(values, place + _spread(values), s=14, color=colour, alpha=0.65, linewidths=0)
        if len(values):
            axes.plot([values.mean()] * 2, [place - 0.34, place + 0.34], color=MEAN, linewidth=2)
    axes.set(xlim=(-0.02, 1.02), ylim=(len(rows) - 0.5, -0.5), xlabel="Dice")
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.grid(axis="x", color="0.9")
    _plain(axes)
    return png_bytes(figure)


def training_chart(networks: Sequence[str], histories: Sequence[Sequence[pd.DataFrame]]) -> bytes:
    """PNG: training and validation loss of every network, one pair of lines a fold.

    Args:
        networks: names.
        histories: for each network one table a fold, columns epoch, train_loss, validation_loss.
    """
    down = -(-len(networks) // ACROSS)
    figure = Figure(figsize=(9.0, 0.35 + 2.1 * down), layout="constrained")
    for place, (name, folds) in enumerate(zip(networks, histories, strict=True)):
        axes = figure.add_subplot(down, ACROSS, place + 1)
        for table in folds:
            axes.plot(table["epoch"] + 1, table["train_loss"], color=GREY, linewidth=1)
            axes.plot(table["epoch"] + 1, table["validation_loss"], color=MEAN, linewidth=1)
        axes.set_title(name.replace(" on ", "\non "), fontsize=8)
        axes.tick_params(labelsize=7)
        axes.set_xlabel("epoch", fontsize=7)
        _plain(axes)
    return png_bytes(figure)


def png_bytes(figure: Figure) -> bytes:
    """A figure as PNG without clock and version."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return buffer.getvalue()


def _spread(values: np.ndarray) -> np.ndarray:
    """Small steps up and down, by rank, so that dots of equal value stay apart."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return ((rank * 3) % 7 - 3) * 0.07


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
