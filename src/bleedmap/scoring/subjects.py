"""One value a subject: a subject's scans, and the folds that scored them, averaged first."""

import pandas as pd


def subject_means(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Subject scores of every method, as they enter the leaderboard.

    Args:
        scores: long table (see ``table``) of one data set and class.
        metric: such as ``dice``.

    Returns:
        Columns method, subject, value, sorted; NaN for a subject of whom no scan has a value.
    """
    rows = scores[(scores["unit"] == "subject") & (scores["metric"] == metric)]
    return (
        rows.sort_values(["method", "subject", "scan", "fold"])
        .groupby(["method", "subject"])["value"]
        .mean()
        .reset_index()
    )
