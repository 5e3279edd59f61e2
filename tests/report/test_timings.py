import re
from pathlib import Path

import pytest

from bleedmap.paths import Paths
from bleedmap.report.timings import timings

PATHS = Paths("results", "brain")
RULES = Path(__file__).parents[2] / "workflow" / "rules"
NAMES = {
    "dataset": "brain",
    "shard": 3,
    "enhancement": "plain",
    "fold": 0,
    "classifier": "net",
    "saliency": "cam",
    "mask": "crf",
    "segmenter": "unet",
    "method": "weak",
}


def bench(results, place, *lines):
    file = results / "benchmarks" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["s\th:m:s\tmax_rss\tmax_vms", *lines]) + "\n")


def patterns():
    for file in sorted(RULES.glob("*.smk")):
        for rule, made in re.findall(
            r"^rule (\w+):.*?^    benchmark:\s+path\.benchmark\((.*?)\)$", file.read_text(), re.M | re.S
        ):
            # the rule's own expression, such as f"{path.classifier}/model"
            yield rule, eval(made, {"path": PATHS})  # noqa: S307


@pytest.mark.parametrize(("rule", "pattern"), list(patterns()))
def test_every_rule_is_known_by_the_place_of_its_benchmark(rule, pattern, tmp_path):
    place = PATHS.benchmark(pattern).removeprefix("results/benchmarks/").format(**NAMES)
    bench(tmp_path, place, "1.5\t0:00:01\t100\t200")
    assert timings(tmp_path)["rule"].tolist() == [rule]


def test_jobs_of_a_rule_are_summed_in_the_order_of_the_stages(tmp_path):
    bench(tmp_path, "brain/fold-0/net/cam/brain/0.zarr.zip.tsv", "10\t0:00:10\t300\t1")
    bench(tmp_path, "brain/fold-0/net/cam/brain/1.zarr.zip.tsv", "20\t0:00:20\t500\t1")
    bench(tmp_path, "brain/volumes/0.zip.tsv", "0.1\t0:00:00\t-\t-")
    bench(tmp_path, "something/else.tsv", "1\t0:00:01\t9\t1")
    table = timings(tmp_path)
    assert table["rule"].tolist() == ["ingest", "explain", "other"]
    assert table.loc[1, ["jobs", "total_s", "max_s", "max_rss_mb"]].tolist() == [2, 30, 20, 500]


def test_a_run_without_benchmarks_is_an_empty_table(tmp_path):
    assert timings(tmp_path).empty
