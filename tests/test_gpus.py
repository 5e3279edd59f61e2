"""Jobs on one machine take GPUs of their own; each job is a process."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

JOB = """
import os, sys
from bleedmap.gpus import take_gpus
take_gpus(int(sys.argv[1]))
print(os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def job(tmp_path, repository):
    """Start a job that works on some GPUs; what it got, and the process, which holds on to it until it is killed."""
    with ExitStack() as running:

        def start(count=1, visible="4,7"):
            own = {"CUDA_VISIBLE_DEVICES": visible, "TMPDIR": str(tmp_path), "PYTHONPATH": str(repository / "src")}
            process = subprocess.Popen(
                [sys.executable, "-c", JOB, str(count)],
                env=os.environ | own,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            running.enter_context(process)
            running.callback(process.kill)
            return process.stdout.readline().strip(), process

        yield start


def test_jobs_take_one_gpu_each_then_share_evenly_and_a_killed_one_gives_its_own_back(job):
    (first, one), (second, _), (third, _), (fourth, _) = job(), job(), job(), job()
    assert [first, second, third, fourth] == ["4", "7", "4", "7"]
    one.kill()
    one.wait()
    assert job()[0] == "4"


def test_a_training_on_two_gpus_takes_two_that_are_free(job):
    job(visible="0,1,2,3")
    assert job(2, visible="0,1,2,3")[0] == "1,2"
    assert job(2, visible="0,1,2,3")[0] == "0,3"


@pytest.mark.parametrize("visible", ["", "2", "GPU-8932f937-d72c"])
def test_what_a_cluster_has_dealt_out_is_left_as_it_is(job, visible):
    job(visible=visible)
    assert job(visible=visible)[0] == visible
