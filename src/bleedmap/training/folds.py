"""Folds: every subject belongs to one part, so no patient stands on two sides of a split."""

import warnings

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from bleedmap.config.workflow import FoldSpec
from bleedmap.errors import TableError


def make_folds(scans: pd.DataFrame, spec: FoldSpec, seed: int) -> pd.DataFrame:
    """Deal subjects out to parts, bleeding and healthy ones in equal shares.

    Args:
        scans: columns ``subject`` and ``positive_slices``.
        spec: number of parts.
        seed: seed of the deal.

    Returns:
        Columns ``subject, part``, sorted by subject; with ``spec.validation_share`` also ``validates``, 1 for those
        of a part who validate when it is the part's turn, 0 for those who then train.

    Raises:
        TableError: fewer bleeding subjects than parts, and fewer healthy ones too.
    """
    subjects = scans.groupby("subject", sort=True)["positive_slices"].max().gt(0).astype(int).reset_index()
    bleeding = int(subjects["positive_slices"].sum())
    if max(bleeding, len(subjects) - bleeding) < spec.count:
        raise TableError(
            "few-subjects",
            found=f"{bleeding} bleeding and {len(subjects) - bleeding} healthy subjects",
            expected=f"of one kind at least one for each of {spec.count} parts",
            remedy="lower folds.count or add scans",
        )
    splitter = StratifiedGroupKFold(n_splits=spec.count, shuffle=True, random_state=seed)
    part = pd.Series(0, index=subjects.index)
    with warnings.catch_warnings():
        # a class with fewer subjects than parts is dealt out as far as it goes
        warnings.simplefilter("ignore", UserWarning)
        for number, (_, chosen) in enumerate(
            splitter.split(subjects, subjects["positive_slices"], subjects["subject"])
        ):
            part.iloc[chosen] = number
    dealt = pd.DataFrame({"subject": subjects["subject"], "part": part})
    if spec.validation_share is None:
        return dealt
    validates = _validating(part, subjects["positive_slices"], spec.validation_share * spec.count, seed)
    return dealt.assign(validates=validates)


def _validating(part: pd.Series, bleeds: pd.Series, share: float, seed: int) -> pd.Series:
    """1 for a share of every part's subjects, bleeding and healthy ones in proportion, else 0."""
    validates = pd.Series(0, index=part.index)
    shuffled = pd.Series(np.random.default_rng(seed).permutation(len(part)), index=part.index)
    for number in sorted(part.unique()):
        own = part.index[part == number]
        order = pd.DataFrame({"bleeds": -bleeds[own], "place": shuffled[own]}).sort_values(["bleeds", "place"]).index
        # each time the running total passes a half, one more is taken, so every stretch of the order gives its share
        taken = np.floor(np.arange(len(order) + 1) * share + 0.5)
        validates[order[np.diff(taken) > 0]] = 1
    return validates
