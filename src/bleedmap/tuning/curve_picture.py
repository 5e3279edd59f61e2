"""The scores of all candidates as a picture."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from bleedmap.provenance.atomic import atomic_path

BESIDES = ("score", "n", "chosen", "at_end")  # columns of a curve that are no keys


def draw_curve(curve: pd.DataFrame, log_keys: Collection[str], path: Path, measure: str) -> None:
    """The measure over the values of a key: a line where one is searched, else a panel of dots a key; the best in red.

    Args:
        curve: of a ``Tuned``.
        log_keys: keys with a log axis.
        path: PNG to write.
        measure: what the scores are.
    """
    keys = [str(name) for name in curve if name not in BESIDES]
    figure = Figure(figsize=(1 + 3.2 * len(keys), 3), layout="constrained")
    panels = figure.subplots(1, len(keys), sharey=True, squeeze=False)[0]
    best = curve[curve["chosen"] == 1]
    for axes, key in zip(panels, keys, strict=True):
        ordered = curve.sort_values(key, kind="stable")
        axes.plot(ordered[key], ordered["score"], ".-" if len(keys) == 1 else ".", color="0.45")
        axes.plot(best[key], best["score"], "o", color="tab:red")
        at_end = ", at the end of its range" if key in best["at_end"].iloc[0].split() else ""
        axes.set(xlabel=key, title=f"{best[key].iloc[0]:g}{at_end}", xscale="log" if key in log_keys else "linear")
    panels[0].set(ylabel=measure)
    with atomic_path(path) as temporary:
        # the version of the plotting library would stand in the file
        figure.savefig(temporary, format="png", dpi=120, metadata={"Software": None})
