import re

import pytest

from bleedmap.paths import stage_patterns
from bleedmap.report.timings import timings

STAGES = stage_patterns()


def bench(results, place, *lines):
    file = results / "benchmarks" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["s\th:m:s\tmax_rss\tmax_vms", *lines]) + "\n")


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("ingest", "brain/volumes/3.zip.tsv"),
        ("brain", "volumes/brain/3.zip.tsv"),
        ("slices", "ct/slices/3.zarr.zip.tsv"),
        ("enhance", "ct/enhanced/head/3.zarr.zip.tsv"),
        ("split", "ct/splits/cv.csv.tsv"),
        ("train_classifier", "cv/fold-0/net/model.safetensors.tsv"),
        ("classify", "cv/fold-0/net/ct.scores.csv.tsv"),
        ("explain", "cv/fold-0/net/cam/brain/3.zarr.zip.tsv"),
        ("tune_mask", "cv/fold-0/net/cam/crf/cv/fold-0/tuned.json.tsv"),
        ("mask", "cv/fold-0/net/cam/crf/cv/fold-0/3.zarr.zip.tsv"),
        ("tune_detector", "cv/fold-0/net/cam/points/peaks/cv/fold-0/tuned.json.tsv"),
        ("detect", "cv/fold-0/net/cam/points/peaks/cv/fold-0/3.csv.tsv"),
        ("train_segmenter", "cv/fold-0/net/cam/crf/cv/fold-0/unet/model.safetensors.tsv"),
        ("segment", "cv/fold-0/net/cam/crf/cv/fold-0/unet/cv/fold-0/3.zarr.zip.tsv"),
        ("score", "cv/fold-0/scores/row.csv.tsv"),
        ("report", "report.html.tsv"),
        ("other", "cv/fold-0/net/cam/crf/cv/3.zarr.zip.tsv"),
        ("other", "brain/volumes/3xzip.tsv"),
    ],
)
def test_a_job_is_known_by_the_place_of_its_benchmark(rule, place, tmp_path):
    bench(tmp_path, place, "1.5\t0:00:01\t100\t200")
    assert timings(tmp_path, STAGES)["rule"].tolist() == [rule]


def test_no_stage_is_taken_for_another(tmp_path):
    for _, artifact in STAGES:
        bench(tmp_path, f"{re.sub('{.*?}', '0', artifact)}.tsv", "1\t0:00:01\t1\t1")
    assert timings(tmp_path, STAGES)["rule"].tolist() == [rule for rule, _ in STAGES]


def test_jobs_of_a_rule_are_summed_in_the_order_of_the_stages(tmp_path):
    bench(tmp_path, "cv/fold-0/net/cam/brain/0.zarr.zip.tsv", "10\t0:00:10\t300\t1")
    bench(tmp_path, "cv/fold-0/net/cam/brain/1.zarr.zip.tsv", "20\t0:00:20\t500\t1")
    bench(tmp_path, "brain/volumes/0.zip.tsv", "0.1\t0:00:00\t-\t-")
    bench(tmp_path, "something/else.tsv", "1\t0:00:01\t9\t1")
    table = timings(tmp_path, STAGES)
    assert table["rule"].tolist() == ["ingest", "explain", "other"]
    assert table.loc[1, ["jobs", "total_s", "max_s", "max_rss_mb"]].tolist() == [2, 30, 20, 500]


def test_a_run_without_benchmarks_is_an_empty_table(tmp_path):
    assert timings(tmp_path, STAGES).empty
