"""The slices on which maps are measured: some that bleed, of as many test subjects as there are."""

import numpy as np
import pandas as pd


def choose_slices(table: pd.DataFrame, class_name: str, number: int, seed: int) -> pd.DataFrame:
    """Deal slices out to subjects in turn: everyone's first, then everyone's second, until there are enough.

    Args:
        table: slices of test subjects, columns subject, scan, slice and one a class (1 bleed, 0 none, -1 unknown).
        class_name: only slices that are known to show it are chosen.
        number: of slices; all where there are fewer.
        seed: of the order within and among subjects.

    Returns:
        Rows of the table by subject, scan and slice; the same whatever the order of its rows.
    """
    bleeding = table[table[class_name] == 1].sort_values(["subject", "scan", "slice"], ignore_index=True)
    mixed = bleeding.iloc[np.random.default_rng(seed).permutation(len(bleeding))]
    turns = mixed.groupby("subject").cumcount().sort_values(kind="stable")
    return bleeding.loc[turns.index[:number].sort_values()].reset_index(drop=True)
