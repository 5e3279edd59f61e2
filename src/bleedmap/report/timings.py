"""Time and memory of the jobs of a run, from Snakemake's benchmark files.

These numbers differ from run to run, so they are printed for the person who asks and stay out of the page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from bleedmap.paths import Paths

WILDCARD = re.compile(r"\\\{\w+\\\}")


def timings(results: Path) -> pd.DataFrame:
    """One row a rule, in the order of the stages: jobs, seconds in all, seconds of the longest, peak memory in MB.

    Args:
        results: the results folder; benchmarks lie in ``benchmarks`` below it.
    """
    rows = [_job(file, file.relative_to(results / "benchmarks").as_posix()) for file in _files(results)]
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
    order = [name for name, _ in _patterns()]
    return table.reset_index().sort_values("rule", key=lambda names: names.map(order.index), ignore_index=True)


def _files(results: Path) -> list[Path]:
    return sorted((results / "benchmarks").rglob("*.tsv"))


def _job(file: Path, place: str) -> tuple[str, float, float]:
    # a rule that is repeated has several lines; a job too short to be measured has no memory ("-" or NA)
    table = pd.read_csv(file, sep="\t", na_values=["-"])
    rule = next(name for name, pattern in _patterns() if pattern.fullmatch(place))
    return rule, float(table["s"].sum()), float(table["max_rss"].max())


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Rule and place of its benchmark files, by the tree."""
    paths = Paths("results", "{train}")
    made = (
        ("phantom", paths.phantom),
        ("ingest", paths.volumes),
        ("catalog", paths.scans),
        ("brain", paths.brain),
        ("montage", paths.montages),
        ("quality", paths.quality),
        ("slices", paths.slices),
        ("enhance", paths.enhanced),
        ("folds", paths.folds),
        ("train_classifier", f"{paths.classifier}/model"),
        ("classify", paths.slice_scores),
        ("explain", paths.maps),
        ("mask", paths.masks),
        ("train_segmenter", f"{paths.segmenter}/model"),
        ("segment", paths.predictions),
        ("score", paths.scores),
        ("leaderboard", paths.leaderboard),
        ("compare", paths.comparisons),
        ("overlays", paths.overlays),
        ("report", paths.report),
    )
    for rule, pattern in made:
        place = paths.benchmark(pattern).removeprefix("results/benchmarks/")
        yield rule, re.compile(WILDCARD.sub("[^/]+", re.escape(place)))
    yield "other", re.compile(".*")
