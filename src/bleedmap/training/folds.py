"""Folds: every subject belongs to one part, so no patient stands on two sides of a split."""

import warnings

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
        Columns ``subject, part``, sorted by subject.

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
    return pd.DataFrame({"subject": subjects["subject"], "part": part})
