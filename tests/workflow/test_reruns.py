"""What a change reruns, proven with real Snakemake on a finished run; and that another run makes the same bytes."""

import hashlib
import os

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

AFTER_SCORES = {"leaderboard": 1, "compare": 1, "overlays": 1, "report": 1}
CRF_CHAIN = {"mask": 2, "train_segmenter": 1, "segment": 2, "score": 1, **AFTER_SCORES}


def paths_of(jobs, rule):
    return [output for name, output in jobs if name == rule]


def test_a_finished_run_has_nothing_to_do(checkout):
    assert checkout.planned() == []


def test_a_crf_parameter_reruns_the_crf_masks_and_what_follows(checkout):
    jobs = checkout.planned("--config", 'masks={"crf": {"bilateral_sxy": 40}}')
    assert checkout.planned_rules("--config", 'masks={"crf": {"bilateral_sxy": 40}}') == CRF_CHAIN
    assert all("/crf/" in output for output in paths_of(jobs, "mask"))
    assert paths_of(jobs, "score") == ["results/phantom/fold-0/scores/cam-crf-unet3d.csv"]


def test_an_edit_of_kmeans_reruns_its_rows_alone(checkout):
    checkout.edit("src/bleedmap/masks/kmeans_differential.py", "\n\nUNUSED = 1\n")
    jobs = checkout.planned()
    assert checkout.planned_rules() == {"mask": 4, "score": 2, **AFTER_SCORES}
    assert all("/kmeans/" in output for output in paths_of(jobs, "mask"))
    assert paths_of(jobs, "score") == [
        "results/phantom/fold-0/scores/cam-kmeans.csv",
        "results/phantom/fold-0/scores/flips-kmeans.csv",
    ]


def test_an_edit_of_a_wrapper_reruns_its_rows_alone(checkout):
    checkout.edit("src/bleedmap/saliency/flips.py", "\n\nUNUSED = 1\n")
    jobs = checkout.planned()
    assert checkout.planned_rules() == {"explain": 2, "mask": 2, "score": 1, **AFTER_SCORES}
    assert all("/flips/" in output for output in paths_of(jobs, "explain") + paths_of(jobs, "mask"))


def test_an_edit_of_what_a_wrapper_holds_reruns_the_wrapper_too_and_nothing_before_it(checkout):
    checkout.edit("src/bleedmap/saliency/cam.py", "\n\nUNUSED = 1\n")
    jobs, rules = checkout.planned(), checkout.planned_rules()
    assert rules == {
        "explain": 4, "mask": 6, "train_segmenter": 1, "segment": 2, "score": 3, **AFTER_SCORES
    }  # fmt: skip
    assert sum("/flips/" in output for output in paths_of(jobs, "explain")) == 2
    assert not any("/none/" in output for output in paths_of(jobs, "mask"))


def test_an_edit_of_the_pooling_head_reruns_from_the_classifier_on(checkout):
    checkout.edit("src/bleedmap/classifiers/heads/gap.py", "\n\nUNUSED = 1\n")
    rules = checkout.planned_rules()
    assert rules["train_classifier"] == 1
    assert not {"phantom", "ingest", "brain", "slices", "split"} & rules.keys()


@pytest.mark.parametrize(
    ("file", "old", "new", "rules"),
    [
        ("segmenters/unet3d.py", "return spec.depth", "return 2 * spec.depth", {"train_segmenter", "segment"}),
        ("constants.py", "BRAIN_WIDTH_HU = 40.0, 80.0", "BRAIN_WIDTH_HU = 40.0, 90.0", {"montage", "overlays"}),
    ],
)
def test_an_edit_of_behaviour_that_once_lay_in_the_config_reruns_what_it_changes(checkout, file, old, new, rules):
    path = checkout.folder / "src" / "bleedmap" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert rules <= checkout.planned_rules().keys()


@pytest.mark.parametrize(
    ("file", "addition"),
    [
        ("src/bleedmap/predict/preview.py", "\n\nUNUSED = 1\n"),
        ("src/bleedmap/saliency/cam.py", "\n# a remark\n"),
        ("src/bleedmap/errors.py", "\n\nUNUSED = 1\n"),
        ("src/bleedmap/classifiers/heads/lse.py", "\n\nUNUSED = 1\n"),
    ],
)
def test_an_edit_that_touches_no_job_reruns_nothing(checkout, file, addition):
    checkout.edit(file, addition)
    assert checkout.planned() == []


def test_a_touch_of_every_file_reruns_nothing(checkout):
    files = [path for path in checkout.folder.rglob("*") if ".snakemake" not in path.parts and path.is_file()]
    times = {path: path.stat().st_mtime_ns for path in files}
    # newest first: every input becomes younger than what was made from it
    last = max(times.values())
    for number, path in enumerate(sorted(files, key=times.__getitem__, reverse=True), start=1):
        os.utime(path, ns=(last + number * 10**9, last + number * 10**9))
    try:
        assert checkout.planned() == []
    finally:
        for path, time in times.items():
            os.utime(path, ns=(time, time))


def test_a_fresh_clone_over_the_same_results_reruns_nothing(checkout, repository):
    checkout.lay_files(repository)
    assert checkout.planned() == []
    metadata = checkout.folder / ".snakemake"
    aside = checkout.folder / "snakemake-aside"
    metadata.rename(aside)
    try:
        assert checkout.planned() == []
    finally:
        if metadata.exists():
            metadata.rename(checkout.folder / "snakemake-of-dry-run")
        aside.rename(metadata)


def test_one_more_scan_touches_one_shard_and_what_was_trained(checkout):
    more = ("--config", 'datasets={"phantom": {"subjects": 10}}')
    jobs, rules = checkout.planned(*more), checkout.planned_rules(*more)
    for rule in ("phantom", "ingest", "brain", "slices"):
        assert len(paths_of(jobs, rule)) == 1, rule
    assert len({output.split("/")[-1].split(".")[0] for name, output in jobs if name in ("phantom", "brain")}) == 1
    assert rules["train_classifier"] == rules["train_segmenter"] == 1


def test_forcing_one_stage_reruns_it_and_what_follows(checkout):
    rules = checkout.planned_rules("-R", "explain")
    assert rules["explain"] == 4
    assert rules["mask"] == 6
    assert rules["train_segmenter"] == 1
    assert not {"train_classifier", "classify", "slices"} & rules.keys()


def test_a_rerun_stage_leaves_the_leaderboard_as_it_was(checkout):
    board = checkout.folder / "results" / "leaderboard.csv"
    before = board.read_bytes()
    checkout.run("-R", "explain", "--until", "leaderboard")
    assert board.read_bytes() == before
    checkout.run()


def test_every_score_is_there_for_every_row(checkout):
    board = pd.read_csv(checkout.folder / "results" / "leaderboard.csv")
    assert list(board.columns[:8]) == ["dataset", "method", "class", "unit", "metric", "mean", "std", "n"]
    for method in ("hu-threshold", "cam-kmeans", "flips-kmeans", "cam-crf-unet3d"):
        for unit in ("slice", "subject", "pooled"):
            metrics = set(board[(board.method == method) & (board.unit == unit)].metric)
            assert {"dice", "iou", "tpr", "rvd", "hd95", "surface_dice"} <= metrics
        # of the classifier, or of the mask's area where there is none
        assert (board[board.method == method].metric == "auroc").any()


def digests(folder):
    """Of everything but logs and timings."""
    files = [path for path in sorted((folder / "results").rglob("*")) if path.is_file()]
    kept = [path for path in files if path.suffix not in (".log", ".tsv")]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def test_two_checkouts_make_the_same_files_byte_for_byte(finished, checkout_at, other_python, tmp_path):
    second = checkout_at(tmp_path, python=other_python)
    second.run()
    first, again = digests(finished.folder), digests(second.folder)
    # other tests may have asked the first one for more
    more = ("results/phantom/bundles/", "results/predicted/")
    first = {name: digest for name, digest in first.items() if not name.startswith(more)}
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
