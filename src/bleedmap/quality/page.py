"""The quality page of a data set: flagged scans first, each with its montage; then what was refused and why."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from bleedmap.html import render_page

TEMPLATE = Path(__file__).with_name("quality.html.j2")


def render(
    dataset: str, scans: pd.DataFrame, rejected: pd.DataFrame, picture: Callable[[str], bytes], most: int
) -> str:
    """The page as text, with the same bytes for the same tables and pictures.

    Args:
        dataset: its name.
        scans: ``scans.csv``, with ``flags`` and ``brain_ml``.
        rejected: ``rejected.csv``.
        picture: montage of a scan, PNG.
        most: scans shown; the others are counted.
    """
    table = scans.assign(flags=scans["flags"].fillna(""))
    flagged = table["flags"] != ""
    ordered = pd.concat([table[flagged], table[~flagged]])
    return render_page(
        TEMPLATE,
        dataset=dataset,
        rows=[_row(row, picture) for row in ordered.head(most).to_dict("records")],
        total=len(table),
        flagged=int(flagged.sum()),
        flags=sorted(Counter(" ".join(table["flags"]).split()).items()),
        refused=rejected.fillna("").to_dict("records"),
        codes=sorted(Counter(rejected["code"]).items()),
    )


def _row(row: dict[Any, Any], picture: Callable[[str], bytes]) -> dict[str, object]:
    shown = {name: None if pd.isna(value) else value for name, value in row.items()}
    return {**shown, "flags": str(row["flags"]).split(), "image": picture(str(row["scan"]))}
