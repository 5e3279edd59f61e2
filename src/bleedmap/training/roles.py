"""Which role a subject has in a fold: train, validation or test."""

import pandas as pd


def roles(table: pd.DataFrame, folds: pd.DataFrame, fold: int, count: int) -> pd.Series:
    """Role of every row in one fold.

    Args:
        table: anything with a column ``subject``.
        folds: what ``make_folds`` returned.
        fold: number of the fold.
        count: number of parts.

    Returns:
        ``train``, ``validation`` or ``test`` a row; subjects without a part (another data set) are ``test``.
    """
    part = table["subject"].map(folds.set_index("subject")["part"])
    role = pd.Series("train", index=table.index)
    role[part == (fold + 1) % count] = "validation"
    role[part.isna() | (part == fold)] = "test"
    return role
