"""Time and memory of the jobs of a run, from Snakemake's benchmark files.

These numbers differ from run to run, so they are printed for the person who asks and stay out of the page.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

WILDCARD = re.compile(r"\\\{\w+\\\}")
OTHER = "other"


def timings(results: Path, stages: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """One row a rule, in the order of the stages: jobs, seconds in all, seconds of the longest, peak memory in MB.

    Args:
        results: the results folder; benchmarks lie in ``benchmarks`` below it.
        stages: (rule, artifact) of every stage; the artifact is a path below the results folder with wildcards in
            braces, and its benchmark lies at the same place below ``benchmarks``, with ``.tsv`` behind its name. A
            file that fits two stages belongs to the first, one that fits none is of rule ``other``.
    """
    patterns = [(rule, _pattern(artifact)) for rule, artifact in stages]
    rows = [_job(file, _rule(file.relative_to(results / "benchmarks"), patterns)) for file in _files(results)]
    jobs = pd.DataFrame(rows, columns=["rule", "s", "max_rss"])
    groups = jobs.groupby("rule")
    table = pd.DataFrame(
        {
            "jobs": groups.size(),
            "total_s": groups["s"].sum(),
            "max_s": groups["s"].max(),
            "max_rss_mb": groups["max_rss"].max(),
        }
    )
    order = [*(rule for rule, _ in patterns), OTHER]
    return table.reset_index().sort_values("rule", key=lambda names: names.map(order.index), ignore_index=True)


def _files(results: Path) -> list[Path]:
    return sorted((results / "benchmarks").rglob("*.tsv"))


def _job(file: Path, rule: str) -> tuple[str, float, float]:
    # a rule that is repeated has several lines; a job too short to be measured has no memory ("-" or NA)
    table = pd.read_csv(file, sep="\t", na_values=["-"])
    return rule, float(table["s"].sum()), float(table["max_rss"].max())


def _rule(place: Path, patterns: Iterable[tuple[str, re.Pattern[str]]]) -> str:
    return next((rule for rule, pattern in patterns if pattern.fullmatch(place.as_posix())), OTHER)


def _pattern(artifact: str) -> re.Pattern[str]:
    return re.compile(WILDCARD.sub("[^/]+", re.escape(artifact)) + r"\.tsv")
