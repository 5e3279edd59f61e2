"""The tiny config through the sample for other schedulers, whose commands are those of a real SLURM."""

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

CONFIG = ("--configfile", "tiny.yaml")
HURRY = ("--seconds-between-status-checks", "2", "--latency-wait", "10")


def test_the_whole_chain_runs_by_commands_that_submit_and_ask(cluster):
    head = cluster.start("snakemake", "--workflow-profile", "profiles/cluster-generic", *CONFIG, *HURRY)
    assert head.wait(timeout=900) == 0, (cluster.folder / "head.log").read_text()[-8000:]
    assert len(pd.read_csv(cluster.folder / "results" / "leaderboard.csv")["method"].unique()) == 4
    assert "Nothing to be done" in cluster.run("snakemake", "--dry-run", "--cores", "1", *CONFIG)
    assert all(note.job for note in cluster.notes() if note.what == "begin")
    assert {note.rest.split()[0] for note in cluster.begun("explain")} <= {"0", "1"}
    assert {note.rest.split()[0] for note in cluster.begun("slices")} == {"none"}
