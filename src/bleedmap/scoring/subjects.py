"""One value a subject, and means of several methods over the same units."""

import pandas as pd


def subject_means(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Subject scores of every method: a subject's scans, and the folds that scored them, averaged first.

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


def on_shared_units(values: pd.DataFrame) -> pd.DataFrame:
    """What can be averaged and compared: the units of which every method has a value.

    A method without any value takes no part and hinders nobody.

    Args:
        values: a row a unit, a column a method; NaN where a method has no value.
    """
    return values.dropna(axis="columns", how="all").dropna()
