"""Write the page about a whole run: one HTML file that needs nothing beside it."""

from pathlib import Path
from typing import Annotated

import pandas as pd

from bleedmap.console import run
from bleedmap.provenance.atomic import write_text
from bleedmap.report.cohort import describe
from bleedmap.report.page import Picture, render
from bleedmap.report.paper import read_beside
from bleedmap.report.spec import PageSpec
from bleedmap.scoring.table import join, read

NAMES = {"dataset": str, "method": str, "against": str, "class": str, "scan": str, "subject": str}

NUMBERS = {name: [""] for name in ("mean", "std", "mean_difference", "t_p", "t_holm", "wilcoxon_p", "wilcoxon_holm")}


def main(
    spec: Annotated[str, "what the page is about, JSON"],
    board: Annotated[Path, "the leaderboard"],
    comparisons: Annotated[Path, "paired tests between methods"],
    scores: Annotated[list[Path], "score tables of all methods and folds"],
    scans: Annotated[list[Path], "tables of scans, one a data set"],
    rejected: Annotated[list[Path], "tables of refused inputs, one a data set"],
    overlays: Annotated[list[Path], "pictures of all methods, fold by fold, then the next split"],
    heroes: Annotated[list[Path], "pictures of one method step by step, in the same order"],
    out: Annotated[Path, "page to write"],
    histories: Annotated[list[Path] | None, "training histories, fold by fold, then the next network"] = None,
    paper: Annotated[Path | None, "the run beside the tables that a paper prints"] = None,
) -> None:
    page = PageSpec.from_json(spec)
    tables = (read(path) for path in scores)
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
            Picture(split, fold, hero.read_bytes(), sheet.read_bytes())
            for (split, fold), hero, sheet in zip(page.pictured, heroes, overlays, strict=True)
        ],
        histories=[pd.read_csv(path) for path in histories or []],
        paper=read_beside(paper) if paper else None,
    )
    write_text(out, html)


if __name__ == "__main__":
    run(main)
