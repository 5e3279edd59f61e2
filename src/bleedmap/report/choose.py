"""Which test slices are shown: those with the largest bleeds, from as many scans as there are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bleedmap.console import track
from bleedmap.slices.store import SliceStore
from bleedmap.splits.roles import Roles


def list_test_slices(shards: Sequence[Path], roles: Roles, scores: pd.DataFrame | None) -> pd.DataFrame:
    """Every slice of every test scan; memory holds one scan.

    Args:
        shards: slice stores of all shards.
        roles: of the fold.
        scores: columns scan, slice, class, score of a classifier, of which ``any`` counts; None where no method has
            one.

    Returns:
        Columns scan, subject, slice, any (label), drawn, shard (place in ``shards``), row (of the stores), area (true
        hemorrhage, pixels), score (0 without a classifier), off_middle (slices away from the middle of the scan).
    """
    tables = [
        _list_shard(path, roles).assign(shard=number)
        for number, path in enumerate(track(shards, "looking for bleeds", unit="shards"))
    ]
    table = pd.concat(tables, ignore_index=True)
    if scores is None:
        return table.assign(score=0.0)
    own = scores.loc[scores["class"] == "any", ["scan", "slice", "score"]]
    return table.merge(own, on=["scan", "slice"], how="left").fillna({"score": 0.0})


def choose(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """The slices to show, best first.

    Slices that bleed come first, by truth or by label. Among them every scan gives one slice before any gives two.
    Within that, the largest true area decides, then the label, the classifier's score, and the middle of the scan.

    Args:
        table: what ``list_test_slices`` returned.
        number: how many; fewer if there are fewer.
    """
    by = ["bleeds", "area", "any", "score", "off_middle", "scan", "slice"]
    bleeds = (table["area"] > 0) | (table["any"] == 1)
    ascending = [False] * 4 + [True] * 3
    ordered = table.assign(bleeds=bleeds).sort_values(by, ascending=ascending, ignore_index=True)
    ordered["turn"] = ordered.groupby("scan").cumcount()
    ordered = ordered.sort_values(["bleeds", "turn"], ascending=[False, True], kind="stable", ignore_index=True)
    return ordered.head(number).drop(columns=["bleeds", "turn"])


def _list_shard(path: Path, roles: Roles) -> pd.DataFrame:
    with SliceStore(path) as store:
        every = store.table[["scan", "subject", "slice", "any", "drawn"]]
        every = every.assign(row=np.arange(len(every)), area=0, off_middle=0.0)
        table: pd.DataFrame = every[roles.of(every["subject"]) == "test"]
        for name, rows in store.scans():
            here = (table["scan"] == name).to_numpy()
            if not here.any():
                continue
            own = table.loc[here, "row"].to_numpy()
            table.loc[here, "off_middle"] = np.abs(own - (rows.start + rows.stop - 1) / 2)
            if table.loc[here, "drawn"].any():
                area = np.count_nonzero(store.rows("truth", rows), axis=(1, 2))[own - rows.start]
                table.loc[here, "area"] = np.where(table.loc[here, "drawn"], area, 0)
    return table
