"""What a method learnt from and how it scored, as counts and means: nothing of a single patient."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from bleedmap.bundle.about_spec import AboutSpec, Learner
from bleedmap.provenance.tables import read_table
from bleedmap.scoring.leaderboard import leaderboard
from bleedmap.scoring.table import join, read
from bleedmap.splits.roles import ROLES

SUBJECT_FREE = ["slice_mm", "row_mm"]  # columns whose range is told


def training_summary(about: AboutSpec, scans: Sequence[Path], splits: Sequence[Path]) -> dict[str, Any]:
    """Numbers of subjects, scans and slices, and the range of their spacing.

    Args:
        about: what the tables are.
        scans: tables of scans, one a data set.
        splits: split files.
    """
    roles = {name: pd.read_csv(path, dtype=str) for name, path in zip(about.splits, splits, strict=True)}
    tables = {name: read_table(path) for name, path in zip(about.adapters, scans, strict=True)}
    return {
        "seed": about.seed,
        "datasets": {name: {"kind": about.adapters[name], **_cohort(table)} for name, table in tables.items()},
        "learners": [{**each.model_dump(), "subjects": _roles(roles[each.split], each)} for each in about.learners],
    }


def row_scores(scores: Sequence[Path]) -> pd.DataFrame:
    """Means of a row's scores over the test subjects of all its folds; columns as the leaderboard's."""
    return leaderboard(join(read(path) for path in scores))


def _cohort(table: pd.DataFrame) -> dict[str, Any]:
    ranges = {
        name: [round(float(value), 3) for value in table[name].quantile([0, 0.5, 1])]
        for name in SUBJECT_FREE
        if name in table and table[name].notna().any()
    }
    return {
        "subjects": int(table["subject"].nunique()),
        "scans": len(table),
        "slices": int(table["slices"].sum()),
        "bleeding_slices": int(table["positive_slices"].clip(lower=0).sum()),
        "tilted_scans": int((table["tilt_degrees"].fillna(0).abs() > 0).sum()),
        **{f"{name}_lowest_median_highest": values for name, values in ranges.items()},
    }


def _roles(split: pd.DataFrame, learner: Learner) -> Mapping[str, int]:
    own = split[split["fold"] == str(learner.fold)]["role"]
    return {role: int((own == role).sum()) for role in ROLES}
