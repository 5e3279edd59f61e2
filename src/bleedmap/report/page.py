"""The page: one HTML file that holds everything it shows, with the same bytes for the same results."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from bleedmap.html import render_page
from bleedmap.report.board import Table, tables
from bleedmap.report.charts import dice_chart, training_chart
from bleedmap.report.cohort import Cohort
from bleedmap.report.comparisons import Comparisons, lay_out
from bleedmap.report.spec import TEMPLATE, PageSpec


@dataclass(frozen=True)
class Picture:
    """A PNG of a data set in one fold."""

    dataset: str
    fold: int
    hero: bytes
    sheet: bytes


@dataclass(frozen=True)
class Block:
    """Scores of one data set and class."""

    dataset: str
    class_name: str
    tables: list[Table]
    chart: bytes
    comparisons: Comparisons


def render(
    spec: PageSpec,
    *,
    board: pd.DataFrame,
    comparisons: pd.DataFrame,
    scores: pd.DataFrame,
    cohorts: Sequence[Cohort],
    pictures: Sequence[Picture],
    histories: Sequence[Sequence[pd.DataFrame]],
) -> str:
    """The page as text.

    Args:
        spec: what it is about.
        board: the leaderboard.
        comparisons: paired tests between methods.
        scores: long table of all methods, folds and data sets; only subject rows are needed.
        cohorts: the data sets.
        pictures: overlays by data set and fold.
        histories: for each network of ``spec`` one training history a fold.
    """
    return render_page(
        TEMPLATE,
        spec=spec,
        blocks=_blocks(spec, board, comparisons, scores),
        cohorts=cohorts,
        pictures=pictures,
        training=training_chart(spec.networks, histories) if spec.networks else None,
    )


def _blocks(spec: PageSpec, board: pd.DataFrame, comparisons: pd.DataFrame, scores: pd.DataFrame) -> list[Block]:
    blocks = []
    for (dataset, name), found in tables(board, spec.rows).items():
        own, tested = (
            table[(table["dataset"] == dataset) & (table["class"] == name)] for table in (scores, comparisons)
        )
        blocks.append(Block(dataset, name, found, dice_chart(own, spec.rows), lay_out(tested)))
    return blocks
