"""A real training program is killed, told to end and told to stop; what follows ends as if nothing had been."""

import hashlib
import multiprocessing
import os
import shutil
import signal
import time

import numpy as np
import pytest

from bleedmap.training.resume import FOLDER

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def processes():
    """Processes that begin with all imports done; one that a user starts takes seconds until it trains."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["bleedmap.classifiers.backbone", "bleedmap.classifiers.train", "bleedmap.training.outputs"]
    )
    return context


def wait_for_epoch(folder, epoch):
    """Until the state after an epoch, counted from 1, or a later one lies there."""
    for _ in range(12000):
        names = [file.name for file in folder.rglob("epoch-*.pt")]
        if any(int(name[6:12]) + 1 >= epoch for name in names):
            return
        time.sleep(0.01)
    pytest.fail("no checkpoint")


def digests(folder):
    """Sha256 of every file that a training leaves; a checkpoint folder that was left behind counts as one."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    left = {FOLDER: "left"} if (folder / FOLDER).exists() else {}
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | left


def test_a_training_that_is_killed_ended_and_stopped_leaves_the_files_of_the_unbroken_one(
    processes, slice_store, split, tmp_path
):
    from tests.training.program import begin

    shutil.copy(split, tmp_path / "split.csv")
    log, rng = tmp_path / "log", np.random.default_rng()
    whole, broken = (tmp_path / name for name in ("whole", "broken"))

    def start(folder):
        folder.mkdir(exist_ok=True)
        arguments = ["--slices", str(slice_store), "--out", str(folder / "model.safetensors")]
        process = processes.Process(target=begin, args=(arguments, log))
        process.start()
        return process

    def end(process):
        process.join()
        return process.exitcode

    assert end(start(whole)) == 0, log.read_text()

    process = start(broken)
    wait_for_epoch(broken, 2)
    time.sleep(rng.uniform(0, 0.1))
    os.killpg(process.pid, signal.SIGKILL)
    assert end(process) == -signal.SIGKILL

    process = start(broken)
    wait_for_epoch(broken, 6)
    # before that it may not listen yet, and dies of the signal without a word
    while "going on after epoch" not in log.read_text() and process.is_alive():
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGTERM)
    assert end(process) == 128 + signal.SIGTERM
    assert "going on after epoch" in log.read_text()
    assert log.read_text().splitlines()[-1].startswith("bleedmap: told to end (SIGTERM)")
    assert not list(broken.rglob(".epoch*")) + list(broken.rglob("unnamed*"))

    (broken / "stop").touch()
    assert end(start(broken)) == 1
    assert log.read_text().splitlines()[-1].startswith("bleedmap: [stopped]")
    (broken / "stop").unlink()

    assert end(start(broken)) == 0
    assert "going on after epoch" in log.read_text()
    assert digests(broken) == digests(whole)
    assert {"model.safetensors", "history.csv", "history.png", "manifest.json"} <= digests(whole).keys()
