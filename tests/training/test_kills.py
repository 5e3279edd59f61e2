"""A real training program is killed, told to end and told to stop; what follows ends as if nothing had been."""

import fcntl
import hashlib
import os
import shutil
import signal
import time

import numpy as np
import pytest

from bleedmap.training.resume import FOLDER

pytestmark = pytest.mark.slow


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


@pytest.fixture
def start(processes, slice_store, split, tmp_path):
    """Begin the program; several processes may share the training."""
    from tests.training.program import begin

    shutil.copy(split, tmp_path / "split.csv")

    def started(folder, count=1):
        folder.mkdir(exist_ok=True)
        arguments = ["--slices", str(slice_store), "--out", str(folder / "model.safetensors")]
        process = processes.Process(target=begin, args=([*arguments, "--processes", str(count)], tmp_path / "log"))
        process.start()
        return process

    return started


def end(process):
    """Wait for its end, and tell how it ended."""
    process.join()
    return process.exitcode


def wait_for_end(file):
    """Until the process that holds a file has ended, however it did."""
    with file.open() as held:
        for _ in range(3000):
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.01)
            else:
                return
    pytest.fail("it goes on")


def test_a_training_that_is_killed_ended_and_stopped_leaves_the_files_of_the_unbroken_one(start, tmp_path):
    log, rng = tmp_path / "log", np.random.default_rng()
    whole, broken = (tmp_path / name for name in ("whole", "broken"))

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


def test_of_processes_that_share_a_training_none_outlives_another_and_the_rest_of_it_has_the_same_bits(start, tmp_path):
    log = tmp_path / "log"
    whole, broken = (tmp_path / name for name in ("whole", "broken"))
    shared = [tmp_path / f"process-{rank}" for rank in range(2)]

    assert end(start(whole, 2)) == 0, log.read_text()

    for rank, epoch in ((1, 2), (0, 5)):
        process = start(broken, 2)
        wait_for_epoch(broken, epoch)
        os.kill(int(shared[rank].read_text()), signal.SIGKILL)
        assert end(process) == 1
        told = [
            line for line in log.read_text().splitlines() if not line.startswith(("epoch", "going on", "test_resnet"))
        ]
        assert len(told) == 1
        assert told[0].startswith("bleedmap: [process-ended] found one of the 2 processes")
        assert "SIGKILL" in told[0]
        for file in shared:
            wait_for_end(file)

    # the one that only watches
    process = start(broken, 2)
    wait_for_epoch(broken, 8)
    os.kill(process.pid, signal.SIGKILL)
    for file in shared:
        wait_for_end(file)
    assert log.read_text().splitlines()[-1].startswith("bleedmap: [process-ended] found the process that watches")

    process = start(broken, 2)
    wait_for_epoch(broken, 11)
    os.kill(process.pid, signal.SIGTERM)
    assert end(process) == 128 + signal.SIGTERM
    assert log.read_text().splitlines()[-1].startswith("bleedmap: told to end (SIGTERM)")
    assert log.read_text().count("bleedmap:") == 1
    assert not list(broken.rglob(".epoch*")) + list(broken.rglob("unnamed*"))

    assert end(start(broken, 2)) == 0, log.read_text()
    assert "going on after epoch" in log.read_text()
    assert digests(broken) == digests(whole)
