"""The data sets in numbers, and what was refused: counts and reasons, never a name, a path or a scan."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Refusal:
    """One reason for which inputs were refused."""

    code: str
    count: int
    expected: str
    remedy: str


@dataclass(frozen=True)
class Cohort:
    """One data set in numbers."""

    name: str
    scans: int
    subjects: int
    slices: int
    labelled: int
    positive: int
    with_truth: int
    of_mr: bool
    refusals: list[Refusal]

    @property
    def refused(self) -> int:
        """Number of refused inputs."""
        return sum(refusal.count for refusal in self.refusals)


def describe(name: str, scans: pd.DataFrame, rejected: pd.DataFrame) -> Cohort:
    """Count a data set.

    Args:
        name: of the data set.
        scans: ``scans.csv``.
        rejected: ``rejected.csv``.
    """
    reasons = rejected.groupby("code", sort=True)
    return Cohort(
        name=name,
        scans=len(scans),
        subjects=scans["subject"].nunique(),
        slices=int(scans["slices"].sum()),
        labelled=int(scans["labelled_slices"].sum()),
        positive=int(scans["positive_slices"].sum()),
        with_truth=int(scans["truth"].sum()),
        of_mr=bool((scans["intensity"] == "mr").any()),
        refusals=[
            Refusal(str(code), len(rows), str(rows["expected"].iloc[0]), str(rows["remedy"].iloc[0]))
            for code, rows in reasons
        ],
    )
