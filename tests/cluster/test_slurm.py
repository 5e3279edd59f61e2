"""The tiny config on a real SLURM: told in one story, because a run there takes minutes.

A training is requeued by SLURM in its middle, then the head process is killed and the run recovered as docs/cluster.md
says; beside that, one job runs out of its first time limit.
"""

import hashlib
import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

CONFIG = ("--configfile", "tiny.yaml", "longer.yaml")
# the same command before and after the head is killed; a minute is what SLURM gives at least
RUN = ("snakemake", "--workflow-profile", "profiles/slurm-ci", *CONFIG, "--set-resources", "explain:runtime=attempt")
CLASSIFIER = Path("results/phantom/fold-0/tiny")


@dataclass(frozen=True)
class Training:
    """Where a training of the classifier is seen from outside."""

    folder: Path

    @property
    def epoch(self) -> int:
        """Number of the last epoch whose state is on disk; -1 before the first."""
        return max((int(file.name[6:12]) for file in self.folder.rglob("epoch-*.pt")), default=-1)


@pytest.fixture(scope="module")
def told(cluster):
    """The cluster, after the story."""
    training = Training(cluster.folder / CLASSIFIER)
    head = cluster.start(*RUN)
    cluster.wait(lambda: training.epoch >= 3, head)
    (first,) = cluster.begun("train_classifier")
    cluster.run("scontrol", "requeue", first.job)
    cluster.begin_at_once(first.job)
    cluster.wait(lambda: len(cluster.begun("train_classifier")) == 2, head)
    requeued_at = training.epoch
    cluster.wait(lambda: training.epoch >= requeued_at + 3, head)

    head.send_signal(signal.SIGKILL)
    head.wait()
    cluster.run("profiles/slurm/recover.sh", *CONFIG)
    head = cluster.start(*RUN)
    assert head.wait(timeout=1500) == 0, (cluster.folder / "head.log").read_text()[-8000:]
    return cluster


def jobs(cluster, comment):
    """(number, state, time limit) of all jobs of SLURM whose comment, which names the rule, holds a text."""
    listed = cluster.run("squeue", "--states=all", "--noheader", "--format=%i %T %l %k", "--sort=i").splitlines()
    return [tuple(line.split()[:3]) for line in listed if comment in line]


def test_the_whole_chain_runs_and_nothing_is_left_to_do(told):
    board = pd.read_csv(told.folder / "results" / "leaderboard.csv")
    assert set(board["method"]) == {"hu-threshold", "cam-kmeans", "flips-kmeans", "cam-crf-unet3d"}
    assert (told.folder / "results" / "report.html").stat().st_size > 0
    assert "Nothing to be done" in told.run("snakemake", "--dry-run", "--cores", "1", *CONFIG)
    # every job was one of SLURM's, and several shards and stages shared one
    assert all(note.job for note in told.notes() if note.what == "begin")
    assert len({note.job for note in told.begun("slices") + told.begun("phantom")}) == 1


def test_jobs_on_gpus_at_the_same_time_have_different_ones(told):
    ends = {note.job: note.time for note in told.notes() if note.what == "end"}
    # the one that SLURM ended noted no end, and had its GPU for a minute at least
    spans = [(note.time, ends.get(note.job, note.time + 60), note.rest.split()[0]) for note in told.begun("explain")]
    pairs = [(one, two) for one in spans for two in spans if one[0] < two[0] < one[1]]
    assert pairs
    assert all({one[2], two[2]} == {"0", "1"} for one, two in pairs)
    assert {note.rest.split()[0] for note in told.begun("slices")} == {"none"}


def test_a_job_that_runs_out_of_time_is_given_more(told):
    outputs = {note.job: re.search(r"--out (\S+)", note.rest)[1] for note in told.begun("explain")}
    ended = jobs(told, "rule_explain")
    late = {outputs[number] for number, state, limit in ended if state == "TIMEOUT" and limit == "1:00"}
    again = {outputs[number] for number, state, limit in ended if state == "COMPLETED" and limit != "1:00"}
    assert any("/flips/" in output and output.endswith("/0.zarr.zip") for output in late)
    assert late == again


def test_a_training_that_was_requeued_and_then_recovered_has_the_bytes_of_an_unbroken_one(told):
    numbers = [note.job for note in told.begun("train_classifier")]
    assert len(numbers) == 3
    assert numbers[0] == numbers[1] != numbers[2]
    log = told.folder / "results" / "logs" / CLASSIFIER.relative_to("results") / "model.safetensors.log"
    assert "going on after epoch" in log.read_text()
    broken = digests(told.folder / CLASSIFIER)
    shutil.rmtree(told.folder / CLASSIFIER)
    told.run("snakemake", str(CLASSIFIER / "model.safetensors"), "--cores", "1", *CONFIG)
    assert "going on after epoch" not in log.read_text()
    assert {name: broken[name] for name in digests(told.folder / CLASSIFIER)} == digests(told.folder / CLASSIFIER)
    assert "model.safetensors" in broken


def digests(folder):
    """Sha256 of the files that lie in a folder."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir()) if file.is_file()
    }
