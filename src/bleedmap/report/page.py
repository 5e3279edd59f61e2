"""The page: one HTML file that holds everything it shows, with the same bytes for the same results."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from bleedmap.constants import SUBTYPES
from bleedmap.html import render_page
from bleedmap.report.board import Table, tables
from bleedmap.report.charts import dice_chart, training_chart
from bleedmap.report.cohort import Cohort
from bleedmap.report.comparisons import Comparisons, lay_out
from bleedmap.report.paper import blocks as printed_blocks
from bleedmap.report.spec import TEMPLATE, PageSpec, Row, Split

CLASS_TITLES = {"any": "hemorrhage of any kind", **{name: name.upper() for name in SUBTYPES}}


@dataclass(frozen=True)
class Picture:
    """Both PNGs of a split in one fold."""

    split: Split
    fold: int
    hero: bytes
    sheet: bytes


@dataclass(frozen=True)
class Block:
    """Scores of one data set and class; no chart where no subject has a Dice, and a word if masks were made."""

    title: str
    tables: list[Table]
    chart: bytes | None
    comparisons: Comparisons
    without_dice: bool


def render(
    spec: PageSpec,
    *,
    board: pd.DataFrame,
    comparisons: pd.DataFrame,
    scores: pd.DataFrame,
    cohorts: Sequence[Cohort],
    pictures: Sequence[Picture],
    histories: Sequence[pd.DataFrame],
    paper: pd.DataFrame | None = None,
) -> str:
    """The page as text.

    Args:
        spec: what it is about.
        board: the leaderboard.
        comparisons: paired tests between methods.
        scores: long table of all methods, folds and data sets; only subject rows are needed.
        cohorts: the data sets.
        pictures: overlays by split and fold.
        histories: one training history for each of ``spec.trained``.
        paper: the run beside the tables that a paper prints (``paper.beside``).
    """
    return render_page(
        TEMPLATE,
        spec=spec,
        blocks=_blocks(spec, board, comparisons, scores),
        cohorts=cohorts,
        pictures=pictures,
        training=_training(spec, histories) if spec.networks else None,
        beside_paper=[] if paper is None else list(printed_blocks(paper)),
    )


def _blocks(spec: PageSpec, board: pd.DataFrame, comparisons: pd.DataFrame, scores: pd.DataFrame) -> list[Block]:
    found = tables(board, spec.rows)
    classes = {dataset: [name for other, name in found if other == dataset] for dataset, _ in found}
    blocks = []
    for (dataset, name), blocks_of_class in found.items():
        own, tested = (
            table[(table["dataset"] == dataset) & (table["class"] == name)] for table in (scores, comparisons)
        )
        title = f"{dataset}: {CLASS_TITLES[name]}" if classes[dataset] != ["any"] else dataset
        chart = _chart(own, spec.rows)
        makes_masks = {row.name for row in spec.rows if row.detector is None}
        without = chart is None and bool(
            makes_masks & {row.name for table in blocks_of_class for row, _ in table.lines}
        )
        blocks.append(Block(title, blocks_of_class, chart, lay_out(tested), without))
    return blocks


def _chart(scores: pd.DataFrame, rows: Sequence[Row]) -> bytes | None:
    dice = scores[(scores["metric"] == "dice") & scores["value"].notna()]
    drawn = [row for row in rows if row.name in set(dice["method"])]
    return dice_chart(dice, drawn) if drawn else None


def _training(spec: PageSpec, histories: Sequence[pd.DataFrame]) -> bytes:
    curves: dict[str, list[pd.DataFrame]] = {}
    several = len({network.split for network in spec.networks}) > 1
    for (network, _), history in zip(spec.trained, histories, strict=True):
        title = f"{network.name} ({network.split})" if several else network.name
        curves.setdefault(title, []).append(history)
    return training_chart(list(curves), list(curves.values()))
