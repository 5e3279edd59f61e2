"""The papers' configs plan at full size, and run from end to end when they are tiny."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

PAPER = "config/papers/001_resnet_lstm.yaml"
DEMO = f"{PAPER} config/papers/001_demo_size.yaml"
TINY = Path(__file__).with_name("tiny_paper_001.yaml")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, checkout_at):
    """A checkout with a finished tiny run of paper 001."""
    checkout = checkout_at(tmp_path_factory.mktemp("paper"))
    shutil.copy(TINY, checkout.folder / TINY.name)
    checkout.run(config=f"{DEMO} {TINY.name}")
    return checkout


@pytest.fixture
def results(tiny):
    return tiny.folder / "results" / "001-demo"


def planned(checkout, config):
    """How many jobs of each rule a run would start."""
    done = checkout.snakemake("--dry-run", config=config)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    counts = (line.split() for line in done.stdout.splitlines())
    return {words[0]: int(words[1]) for words in counts if len(words) == 2 and words[1].isdigit()}


def test_an_edit_of_the_enhancement_reruns_segmenters_and_no_classifier(tiny, repository):
    tiny.edit("src/bleedmap/enhancements/head_equalised.py", "\n\nUNUSED = 1\n")
    counts = planned(tiny, f"{DEMO} {TINY.name}")
    tiny.lay_files(repository)
    assert (counts["enhance"], counts["train_segmenter"]) == (1, 5)
    assert not {"slices", "train_classifier", "explain", "mask"} & counts.keys()


def test_every_row_is_scored_and_tested(results):
    board = pd.read_csv(results / "leaderboard.csv")
    dice = board[(board["unit"] == "subject") & (board["metric"] == "dice")]
    assert dice["method"].tolist() == [
        "resnet-unet3d",
        "resnet-lstm-unet3d",
        "resnet-kmeans-unet3d",
        "resnet-lstm-kmeans-unet3d",
        "unet3d-supervised",
        "hu-threshold",
    ]
    tests = pd.read_csv(results / "comparisons.csv")
    assert len(tests[tests["metric"] == "dice"]) == 5
    assert "Comparisons" in (results / "report.html").read_text()


def test_the_lstm_row_starts_from_the_network_of_the_other(results):
    folder = results / "cv" / "fold-0"
    phases = pd.read_csv(folder / "resnet-lstm" / "history.csv")["phase"].unique().tolist()
    assert phases == ["context", "head"]
    assert (folder / "resnet-lstm" / "sequence.safetensors").is_file()
    assert not (folder / "resnet" / "sequence.safetensors").exists()
    assert len(list(results.rglob("resnet/model.safetensors"))) == 1


def test_every_cluster_that_was_weighed_is_on_record(results):
    files = sorted((results / "cv" / "fold-0" / "resnet-lstm" / "cam" / "kmeans" / "cv" / "fold-0").glob("*.notes.csv"))
    notes = pd.concat(pd.read_csv(file) for file in files)
    by_slice = notes.groupby(["scan", "slice"])
    assert by_slice["cluster"].count().eq(4).all()
    assert by_slice["chosen"].sum().eq(1).all()
    least = by_slice["logit"].transform("min")
    assert (notes["logit"] == least)[notes["chosen"] == 1].all()


def test_manifests_list_what_the_paper_leaves_open(results):
    manifest = json.loads((results / "cv" / "fold-0" / "resnet-lstm" / "manifest.json").read_text())
    assert any("head of the slice classifier is put back" in text for text in manifest["resolved"])
