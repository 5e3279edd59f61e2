"""The tiny config on a real SLURM: told in one story, because a run there takes minutes.

A training is requeued by SLURM in its middle, then the head process is killed and the run recovered as docs/cluster.md
says; beside that, one job runs out of its first time limit. BLEEDMAP_SLURM=accounting tells the story once more on a
cluster that keeps accounts, with the profile for those.
"""

import hashlib
import shutil
import signal
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from tests.cluster.conftest import has_accounting

pytestmark = pytest.mark.slow

CONFIG = ("--configfile", "tiny.yaml", "longer.yaml")
PROFILE = "profiles/slurm" if has_accounting() else "profiles/slurm-ci"
# the same command before and after the head is killed; a minute is what SLURM gives at least
LIMITS = ("--set-resources", "quality:runtime=attempt", "--slurm-init-seconds-before-status-checks", "2")
RUN = ("snakemake", "--workflow-profile", PROFILE, *CONFIG, *LIMITS)
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


def jobs(cluster, *programs):
    """(state, time limit, start, end, GPU) of the jobs of SLURM that ran programs of ``scripts``, in order."""
    listed = cluster.run("squeue", "--states=all", "--noheader", "--format=%i %T %l %S %e").splitlines()
    known = dict(line.split(maxsplit=1) for line in listed)
    begun = {note.job: note.rest.split()[0] for program in programs for note in cluster.begun(program)}
    return [(*known[job].split(), begun[job]) for job in sorted(begun, key=int)]


def test_the_whole_chain_runs_and_nothing_is_left_to_do(told):
    board = pd.read_csv(told.folder / "results" / "leaderboard.csv")
    assert set(board["method"]) == {"hu-threshold", "cam-kmeans", "flips-kmeans", "cam-crf-unet3d"}
    assert (told.folder / "results" / "report.html").stat().st_size > 0
    assert "Nothing to be done" in told.run("snakemake", "--dry-run", "--cores", "1", *CONFIG)
    if has_accounting():
        (table,) = (told.folder / "results" / "efficiency").glob("*.csv")
        assert pd.read_csv(table)["MaxRSS_MB"].max() > 0
    # every job was one of SLURM's, and several stages of a shard shared one, and several shards
    assert all(note.job for note in told.notes() if note.what == "begin")
    assert {note.job for note in told.begun("phantom")} == {note.job for note in told.begun("slices")}
    assert len({note.job for note in told.begun("mask")}) < len(told.begun("mask"))


def test_jobs_on_gpus_at_the_same_time_have_different_ones(told):
    spans = sorted(found[2:] for found in jobs(told, "explain", "classify"))
    pairs = [(one, two) for one, two in combinations(spans, 2) if two[0] < one[1]]
    assert pairs
    assert all({one[2], two[2]} == {"0", "1"} for one, two in pairs)
    assert {found[-1] for found in jobs(told, "slices")} == {"none"}


def test_a_job_that_runs_out_of_time_is_given_more(told):
    # its first run was ended when the run was recovered
    assert [found[:2] for found in jobs(told, "quality")[1:]] == [("TIMEOUT", "1:00"), ("COMPLETED", "2:00")]


def test_a_training_that_was_requeued_and_then_recovered_has_the_bytes_of_an_unbroken_one(told):
    numbers = [note.job for note in told.begun("train_classifier")]
    assert len(numbers) == 3
    assert numbers[0] == numbers[1] != numbers[2]
    log = told.folder / "results" / "logs" / CLASSIFIER.relative_to("results") / "model.safetensors.log"
    assert "going on after epoch" in log.read_text()
    broken = digests(told.folder / CLASSIFIER)
    shutil.rmtree(told.folder / CLASSIFIER)
    here = ("--workflow-profile", PROFILE, "--executor", "local", "--cores", "all")  # as many threads as there
    told.run("snakemake", str(CLASSIFIER / "model.safetensors"), *here, *CONFIG)
    assert "going on after epoch" not in log.read_text()
    assert {name: broken[name] for name in digests(told.folder / CLASSIFIER)} == digests(told.folder / CLASSIFIER)
    assert "model.safetensors" in broken


def digests(folder):
    """Sha256 of the files that lie in a folder."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir()) if file.is_file()
    }
