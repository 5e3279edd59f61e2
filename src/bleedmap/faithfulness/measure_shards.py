"""Measures of a saliency method on the test slices of one fold, as rows of the long table of scores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bleedmap.classifiers.classifier import SliceClassifier
from bleedmap.config.faithfulness import FaithfulnessSpec
from bleedmap.config.saliency import AnySaliency
from bleedmap.console import track
from bleedmap.faithfulness.bleeds import bleeds_on_grid
from bleedmap.faithfulness.choose_slices import choose_slices
from bleedmap.faithfulness.measure_slices import MappedSlices, measure_slices
from bleedmap.faithfulness.randomisation import shuffled
from bleedmap.saliency.map_store import MapStore
from bleedmap.scoring.table import RowLabels, Score, join, tabulate
from bleedmap.slices.neighbours import stack_neighbours
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles


class Shard(NamedTuple):
    """Files of a shard: its scans, their slices, and the maps of these."""

    archive: Path
    slices: Path
    maps: Path


def measure_shards(
    shards: Sequence[Shard],
    roles: Roles,
    spec: FaithfulnessSpec,
    saliency: AnySaliency,
    classifier: SliceClassifier,
    row: RowLabels,
    *,
    seed: int,
) -> pd.DataFrame:
    """Measure maps on chosen bleeding slices of test subjects; memory holds one scan.

    Args:
        shards: all of the data set.
        roles: of the fold.
        spec: how.
        saliency: the method that made the maps.
        classifier: the one that they explain, in evaluation mode.
        row: data set, method and fold.
        seed: of the choice of slices, of shuffled weights, and of the order among pixels of equal saliency.

    Returns:
        Long table (see ``scoring.table``): a ``slice`` row a chosen slice, class and measure; none of the pointing
        game where nobody said where the bleed lies.
    """
    classifiers = [classifier, *(shuffled(classifier, seed + number) for number in range(1, spec.shuffles + 1))]
    test = _test_slices(shards, roles)
    tables = []
    for target, name in enumerate(classifier.classes):
        scans = [rows for _, rows in choose_slices(test, name, spec.slices, seed).groupby(["subject", "scan"])]
        for rows in track(scans, f"measuring maps of {name}", unit="scans"):
            slices, known = _read(shards[rows["shard"].iloc[0]], rows, name, classifier.reach)
            found = measure_slices(spec, saliency, classifiers, slices, target, seed=seed)
            labels = replace(row, subject=rows["subject"].iloc[0], scan=rows["scan"].iloc[0], class_name=name)
            tables.append(tabulate(labels, _scores(rows["slice"], found, known)))
    return join(tables)


def _test_slices(shards: Sequence[Shard], roles: Roles) -> pd.DataFrame:
    """Slices of test subjects, with the number of their shard and their row in its stores."""
    tables: list[pd.DataFrame] = []
    for number, shard in enumerate(shards):
        with SliceStore(shard.slices) as store:
            table = store.table.assign(shard=number, row=np.arange(len(store.table)))
            tables.append(table.loc[roles.of(table["subject"]) == "test"])
    return pd.concat(tables, ignore_index=True)


def _read(shard: Shard, rows: pd.DataFrame, name: str, reach: int) -> tuple[MappedSlices, NDArray[np.bool_]]:
    """Chosen slices of one scan, and of which of them somebody said where the class lies."""
    with SliceStore(shard.slices) as store, MapStore(shard.maps) as maps:
        scan = dict(store.scans())[rows["scan"].iloc[0]]
        own, numbers = rows["row"].to_numpy(), rows["row"].to_numpy() - scan.start
        bleeds, known = bleeds_on_grid(store, shard.archive, own, name)
        slices = MappedSlices(
            images=stack_neighbours(store.rows("hu", scan), reach, numbers).astype(np.float32),
            inside=store.rows("brain", scan)[numbers] > 0,
            maps=maps.scan(scan).maps[numbers, maps.classes.index(name)],
            bleeds=bleeds,
        )
    return slices, known


def _scores(numbers: pd.Series, found: Mapping[str, NDArray[np.float64]], known: NDArray[np.bool_]) -> Iterator[Score]:
    for place, number in enumerate(numbers):
        for metric, values in found.items():
            if known[place] or metric != "pointing_game":
                yield Score("slice", metric, float(values[place]), int(number))
