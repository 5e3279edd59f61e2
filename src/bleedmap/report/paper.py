"""A run beside the tables that a paper prints: the same rows and measures, with what an audit found in the print.

What is printed stands in a CSV of the paper (``config/papers``), one value a line; nothing of it is computed here.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bleedmap.constants import CLASSES
from bleedmap.errors import TableError
from bleedmap.report.board import digits, metric_title
from bleedmap.scoring.leaderboard import METRICS, UNITS, leaderboard

PRINTED_COLUMNS = (
    *("table", "fold", "row", "unit", "metric", "printed_mean", "printed_std", "audited_mean", "audited_std", "note"),
)
# of a network: ``benchmarks.segmenters`` measures them, no run does
COSTS = ("parameters", "model_mb", "image_seconds")
NUMBERS = ("printed_mean", "printed_std", "audited_mean", "audited_std")
KEY = ["method", "class", "unit", "metric", "fold"]
ALL_FOLDS = "all"


def read_printed(path: Path) -> pd.DataFrame:
    """Read the printed values of a paper.

    Args:
        path: CSV with ``PRINTED_COLUMNS``: table and row as the paper numbers and this config names them; fold as the
            paper counts (1 is the first) or ``all``; unit and metric as on the leaderboard, or a metric of ``COSTS``;
            the mean and deviation that are printed, and beside them, where an audit found them wrong, those meant; a
            note, in words. Numbers that are not known are blank. A column class may say which class a value is of;
            without it, ``any``.

    Raises:
        TableError: another table, or a measure that no leaderboard has.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in NUMBERS:
            table[name] = pd.to_numeric(table[name].replace("", np.nan))
        wrong = ~(
            table["metric"].isin([*METRICS, *COSTS])
            & table["unit"].isin(UNITS)
            & table["fold"].str.fullmatch(r"all|\d+")
        )
        classes = table.pop("class") if "class" in table else pd.Series(CLASSES[0], index=table.index)
        is_one = tuple(table.columns) == PRINTED_COLUMNS and not wrong.any() and bool(classes.isin(CLASSES).all())
        table["class"] = classes
    except (OSError, ValueError, KeyError):
        is_one = False
    if not is_one:
        raise TableError(
            "printed-table",
            found="a table of printed values with other columns, measures, folds or numbers",
            expected=f"a CSV with the columns {', '.join(PRINTED_COLUMNS)}, units and metrics as on the leaderboard",
            remedy="correct the file that report.printed names, or leave report.printed out",
        )
    return table


def beside(scores: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """What this run measured beside what the paper prints.

    Args:
        scores: long table of all methods and folds (``scoring.table``).
        printed: what ``read_printed`` gives.

    Returns:
        The printed lines in their order, with dataset, mean, std, n and missing of this run before them, a line for
        each data set that the row was scored on; blank where the run has no such row, fold or measure.
    """
    boards = [leaderboard(scores).assign(fold=ALL_FOLDS)]
    for fold in sorted(set(printed["fold"]) - {ALL_FOLDS}):
        own = scores[scores["fold"] == int(fold) - 1]
        boards.append(leaderboard(own).assign(fold=fold))
    board = pd.concat(boards, ignore_index=True)
    board = board[["dataset", *KEY, "mean", "std", "n", "missing"]]
    joined = printed.rename(columns={"row": "method"}).merge(board, on=KEY, how="left")
    lead = ["table", "fold", "dataset", "method", "class", "unit", "metric", "mean", "std", "n", "missing"]
    return joined[[*lead, *(name for name in PRINTED_COLUMNS if name not in {*lead, "row"})]].astype(
        {"n": "Int64", "missing": "Int64"}
    )


def read_beside(path: Path) -> pd.DataFrame:
    """Read what ``beside`` gave and the rule ``paper`` wrote."""
    blank = {name: [""] for name in ("dataset", "mean", "std", "n", "missing", *NUMBERS)}
    table = pd.read_csv(path, dtype={"fold": str, "dataset": str}, keep_default_na=False, na_values=blank)
    return table.astype({"n": "Int64", "missing": "Int64"})


def markdown(table: pd.DataFrame) -> str:
    """The comparison as Markdown: one block a table of the paper and data set, a line a row and fold.

    Args:
        table: what ``beside`` gives.
    """
    return "\n".join(line for block in blocks(table) for line in _lines(*block))


def blocks(table: pd.DataFrame) -> Iterator[tuple[str, list[str], list[list[str]], list[str]]]:
    """The comparison as tables to read.

    Args:
        table: what ``beside`` gives.

    Yields:
        Title, headings, lines of cells, and notes of one block.
    """
    table = table.assign(dataset=table["dataset"].fillna("not run"))
    for (title, dataset), part in table.groupby(["table", "dataset"], sort=False):
        measures = list(dict.fromkeys(zip(part["class"], part["unit"], part["metric"], strict=True)))
        heads = [
            f"{'' if name == CLASSES[0] else name.upper() + ' '}{metric_title(metric)}, {who}"
            for name, _, metric in measures
            for who in ("here", "printed")
        ]
        notes = list(dict.fromkeys(note for note in part["note"] if note))
        lines = []
        for (method, fold), row in part.groupby(["method", "fold"], sort=False):
            cells = {(line["class"], line["unit"], line["metric"]): line for line in row.to_dict("records")}
            found = [cells.get(measure) for measure in measures]
            lines.append([f"{method}", str(fold), *(cell for line in found for cell in _cells(line, notes))])
        yield f"{title}, {dataset}", ["row", "fold", *heads], lines, notes


def _cells(line: Mapping[Hashable, Any] | None, notes: Sequence[str]) -> tuple[str, str]:
    if line is None:
        return "", ""
    metric, note = line["metric"], line["note"]
    here, printed, audited = (
        _value(line[f"{who}mean"], line[f"{who}std"], metric) for who in ("", "printed_", "audited_")
    )
    read = f"{audited or printed}" + (f" [{notes.index(note) + 1}]" if note else "")
    return (f"{here} ({line['n']})" if here else ""), read


def _value(mean: float, std: float, metric: str) -> str:
    if np.isnan(mean):
        return ""
    return f"{mean:.{digits(metric)}f}" + ("" if np.isnan(std) else f" ± {std:.{digits(metric)}f}")


def _lines(title: str, heads: list[str], lines: list[list[str]], notes: list[str]) -> Iterator[str]:
    yield from (f"**{title}**", "", f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}")
    yield from (f"| {' | '.join(cells)} |" for cells in lines)
    yield ""
    yield from (f"[{number}] {note}" for number, note in enumerate(notes, 1))
    if notes:
        yield ""
