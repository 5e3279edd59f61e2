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
    dealt = folds.set_index("subject")
    part = table["subject"].map(dealt["part"])
    validates = part == (fold + 1) % count
    if "validates" in dealt:
        validates &= table["subject"].map(dealt["validates"]) == 1
    role = pd.Series("train", index=table.index)
    role[validates] = "validation"
    role[part.isna() | (part == fold)] = "test"
    return role
