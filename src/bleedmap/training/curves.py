"""The training curve as a picture."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from bleedmap.provenance.atomic import atomic_path

METRICS = {"auroc": "AUROC", "dice": "Dice"}


def draw_history(history: pd.DataFrame, best_epoch: int, path: Path) -> None:
    """Training and validation loss over epochs, the metric if there is one, the best epoch marked.

    Args:
        history: columns epoch, train_loss, validation_loss, perhaps one of validation_auroc and validation_dice.
        best_epoch: epoch whose weights were kept.
        path: PNG to write.
    """
    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.add_subplot()
    epochs = history["epoch"] + 1
    axes.plot(epochs, history["train_loss"], label="training", color="0.6")
    axes.plot(epochs, history["validation_loss"], label="validation", color="tab:red")
    axes.axvline(best_epoch + 1, linestyle=":", color="0.3", label="kept")
    axes.set(xlabel="epoch", ylabel="loss")
    for name in [name for name in METRICS if f"validation_{name}" in history]:
        right = axes.twinx()
        right.plot(epochs, history[f"validation_{name}"], label=METRICS[name], color="tab:blue", alpha=0.7)
        right.set(ylabel=METRICS[name], ylim=(0, 1))
    figure.legend(loc="outside upper center", ncols=4, frameon=False, fontsize="small")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=120)
