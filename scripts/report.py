"""Write the page about a whole run: one HTML file that needs nothing beside it."""

from itertools import product
from pathlib import Path

import pandas as pd

from bleedmap.console import run
from bleedmap.provenance.atomic import write_text
from bleedmap.report.cohort import describe
from bleedmap.report.page import Picture, render
from bleedmap.report.spec import PageSpec
from bleedmap.scoring.table import join, read

NAMES = {"dataset": str, "method": str, "against": str, "class": str, "scan": str, "subject": str}

NUMBERS = {name: [""] for name in ("mean", "std", "mean_difference", "t_p", "t_holm", "wilcoxon_p", "wilcoxon_holm")}


def main(
    spec: str,
    board: Path,
    comparisons: Path,
    scores: list[Path],
    scans: list[Path],
    rejected: list[Path],
    overlays: list[Path],
    heroes: list[Path],
    out: Path,
    histories: list[Path] | None = None,
) -> None:
    page = PageSpec.from_json(spec)
    tables = (read(path) for path in scores)
    places = product(page.test, page.folds)
    curves = [pd.read_csv(path) for path in histories or []]
    folds = len(page.folds)
    html = render(
        page,
        board=pd.read_csv(board, dtype=NAMES, keep_default_na=False, na_values=NUMBERS),
        comparisons=pd.read_csv(comparisons, dtype=NAMES, keep_default_na=False, na_values=NUMBERS),
        scores=join(table[table["unit"] == "subject"] for table in tables),
        cohorts=[
            describe(name, pd.read_csv(good, dtype=NAMES), pd.read_csv(bad, dtype=str, keep_default_na=False))
            for name, good, bad in zip(page.datasets, scans, rejected, strict=True)
        ],
        pictures=[
            Picture(dataset, fold, hero.read_bytes(), sheet.read_bytes())
            for (dataset, fold), hero, sheet in zip(places, heroes, overlays, strict=True)
        ],
        histories=[curves[start : start + folds] for start in range(0, len(curves), folds)],
    )
    write_text(out, html)


if __name__ == "__main__":
    run(main)
