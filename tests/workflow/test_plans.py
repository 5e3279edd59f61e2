"""This config plans these jobs and not those, by Snakemake's own dry run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HERE = Path(__file__).parent
DATA = {"ingest", "brain", "montage", "slices"}


@pytest.fixture
def plan(repository, tmp_path):
    """Plan config files in an empty folder; returns how many jobs of each rule would run."""

    def planned(*configs, options=()):
        files = [str(config if Path(config).is_absolute() else repository / "config" / config) for config in configs]
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(repository / "Snakefile"), "--directory"]
        command += [str(tmp_path), "--configfile", *files, "--cores", "2", "--dry-run", "--quiet", "rules", *options]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        rows = (line.split() for line in (done.stdout + done.stderr).splitlines())
        counts = {words[0]: int(words[1]) for words in rows if len(words) == 2 and words[1].isdigit()}
        counts.pop("total", None)
        return counts

    return planned


def without(counts, *rules):
    assert not set(rules) & counts.keys()


def test_the_demo(plan):
    counts = plan("config.yaml")
    assert all(counts[rule] == 2 for rule in ("phantom", *DATA, "explain"))
    # masks of five methods over two shards; three segmenters
    assert (counts["split"], counts["train_classifier"], counts["classify"]) == (1, 1, 1)
    assert (counts["mask"], counts["train_segmenter"], counts["segment"], counts["score"]) == (10, 3, 6, 7)
    assert all(counts[rule] == 1 for rule in ("leaderboard", "compare", "overlays", "report", "quality", "catalog"))
    # two mask methods and three segmenters leave a value open
    assert (counts["tune_mask"], counts["tune_segmenter"]) == (2, 3)
    # three rows share the maps of one classifier
    assert counts["faithfulness"] == 1
    without(counts, "enhance", "detect")


def test_bundles_of_the_demo_are_made_where_they_are_asked_for(plan):
    # all seven rows end in masks
    assert plan("config.yaml", options=("--", "bundles"))["bundle"] == 7
    assert "bundle" not in plan("config.yaml")


def test_a_bundle_of_all_folds_needs_the_networks_of_all(plan):
    folds = ("--config", 'splits={"phantom": {"run": [0, 1, 2]}}')
    counts = plan("config.yaml", options=(*folds, "--", "results/phantom/bundles/cam-crf-unet3d.folds.zip"))
    assert (counts["bundle"], counts["train_classifier"], counts["train_segmenter"], counts["score"]) == (1, 3, 3, 3)


def test_a_folder_of_new_scans_is_predicted_in_shards_and_needs_no_training(plan, tmp_path):
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"")
    ward = json.dumps({"ward": {"root": str(tmp_path), "bundle": str(bundle), "shards": 5}})
    assert plan("config.yaml", options=("--config", f"predict={ward}", "--", "predictions")) == {
        "predict": 5, "predictions": 1
    }  # fmt: skip


def test_the_demo_size_of_paper_004(plan):
    counts = plan("papers/004_mixed_unet.yaml", "papers/004_demo_size.yaml")
    # six classifiers, of which one has maps of two kinds; masks of eight rows over two shards; five segmenters
    assert (counts["train_classifier"], counts["explain"], counts["mask"]) == (6, 14, 16)
    assert (counts["train_segmenter"], counts["segment"], counts["score"], counts["paper"]) == (5, 10, 13, 1)
    without(counts, "tune_mask", "tune_segmenter", "detect")


def test_the_phantom_cohort_needs_no_classifier(plan):
    # braces of a command are no wildcards
    brain = 'brain={"method": "external", "command": "brain {ct} {mask}"}'
    counts = plan("examples/phantom_cohort.yaml", options=("--config", brain))
    assert (counts["mask"], counts["train_segmenter"], counts["score"]) == (12, 1, 2)
    without(counts, "train_classifier", "classify", "explain", "faithfulness", "detect", "tune_mask")


def test_mixed_supervision_shares_one_classifier(plan):
    counts = plan("examples/mixed_supervision.yaml")
    assert (counts["train_classifier"], counts["explain"]) == (1, 2)
    # four shares of drawn masks
    assert (counts["mask"], counts["train_segmenter"], counts["tune_segmenter"], counts["score"]) == (8, 4, 4, 4)
    without(counts, "tune_mask", "enhance", "detect")


def test_pictures_in_five_folds(plan, tmp_path):
    folder = tmp_path / "pictures"
    (folder / "masks").mkdir(parents=True)
    for number in range(10):
        Image.new("L", (64, 64), 40 + number).save(folder / f"{number}.png")
    (folder / "labels.csv").write_text("id,hemorrhage\n" + "".join(f"{n},{n % 2}\n" for n in range(10)))
    (folder / "groups.csv").write_text("id,group\n" + "".join(f"{n},{n}\n" for n in range(10)))
    root = json.dumps({"head-ct": {"root": str(folder)}})
    counts = plan("examples/head_ct.yaml", options=("--config", f"datasets={root}"))
    assert (counts["ingest"], counts["split"], counts["train_classifier"]) == (1, 1, 5)
    assert counts["train_segmenter"] == 15
    without(counts, "phantom", "enhance", "tune_mask")


def test_paper_001_on_its_own_data_set(plan, miniature):
    root = json.dumps({"instance2022": {"root": str(miniature("instance2022"))}})
    counts = plan("papers/001_resnet_lstm.yaml", options=("--config", f"datasets={root}"))
    # three folds of two classifiers and five segmenters
    assert (counts["train_classifier"], counts["train_segmenter"]) == (6, 15)
    without(counts, "phantom", "tune_mask", "detect")


def test_paper_001_at_demo_size(plan):
    counts = plan("papers/001_resnet_lstm.yaml", "papers/001_demo_size.yaml")
    assert (counts["phantom"], counts["enhance"]) == (4, 4)
    assert (counts["train_classifier"], counts["train_segmenter"]) == (2, 5)


def test_paper_002_at_demo_size(plan):
    counts = plan("papers/002_mil_localization.yaml", "papers/002_demo_size.yaml")
    # two networks learn from labels of slices, one from those of scans
    assert (counts["phantom"], counts["train_classifier"], counts["train_segmenter"]) == (6, 3, 1)
    # a detector for each of four rows of points, over two shards
    assert (counts["tune_detector"], counts["detect"], counts["score"]) == (4, 8, 7)
    assert counts["paper"] == 1
    without(counts, "tune_mask", "tune_segmenter", "enhance")


def test_paper_003_at_demo_size(plan):
    counts = plan("papers/003_lse_unet.yaml", "papers/003_demo_size.yaml")
    # five plain networks, and the U-shaped one with six losses; segmenters of subtypes and of any hemorrhage
    assert (counts["phantom"], counts["train_classifier"], counts["train_segmenter"]) == (3, 11, 2)
    # levels by subtype are searched in ten rows of maps, and in the six that are told the labels
    assert (counts["tune_mask"], counts["paper"]) == (16, 1)
    without(counts, "enhance", "detect", "tune_segmenter")


def test_values_left_open_are_tuned_in_every_fold_and_nowhere_else(plan):
    counts = plan(HERE / "cross.yaml", options=("--config", 'datasets={"b": {"adapter": "phantom", "subjects": 8}}'))
    # the mask for both of its rows, and both segmenters
    assert (counts["tune_mask"], counts["tune_segmenter"]) == (1, 2)
    assert (counts["split"], counts["train_classifier"], counts["train_segmenter"]) == (2, 1, 2)


def test_subtypes_wrappers_and_points_take_their_own_paths(plan):
    counts = plan(HERE / "many_parts.yaml")
    # two classifiers, each explained by two methods; points need no mask and no segmenter
    assert (counts["train_classifier"], counts["classify"]) == (2, 2)
    assert counts["explain"] == counts["faithfulness"] == 3
    assert (counts["mask"], counts["detect"], counts["score"]) == (2, 1, 3)
    assert counts["tune_detector"] == 1
    without(counts, "train_segmenter", "segment", "tune_mask")
