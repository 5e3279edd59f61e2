"""A real training program is killed, told to end and told to stop; what follows ends as if nothing had been."""

import os
import signal
import time

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _checkout_on_path(repository):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository))
        yield


def wait_for_epoch(folder, epoch):
    """Until the state after an epoch, counted from 1, or a later one lies there."""
    for _ in range(6000):
        names = [file.name for file in folder.rglob("epoch-*.pt")]
        if any(int(name[6:12]) + 1 >= epoch for name in names):
            return
        time.sleep(0.01)
    pytest.fail("no checkpoint")


def test_a_training_that_is_killed_ended_and_stopped_leaves_the_files_of_the_unbroken_one(tmp_path):
    from benchmarks.kills import digests, finish, start, training_programs
    from benchmarks.random_store import write_random_store

    data, log, rng = (
        write_random_store(tmp_path, scans=12, slices=8, size=32),
        tmp_path / "log",
        np.random.default_rng(),
    )
    whole, broken = (training_programs(data, tmp_path / name, epochs=16)[0] for name in ("whole", "broken"))
    finish(whole, log)

    process = start(broken.command, log)
    wait_for_epoch(broken.folder, 2)
    time.sleep(rng.uniform(0, 0.3))
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL

    process = start(broken.command, log)
    wait_for_epoch(broken.folder, 6)
    # before that it may still be importing, and dies of the signal without a word
    while "going on after epoch" not in log.read_text() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert "going on after epoch" in log.read_text()
    assert log.read_text().splitlines()[-1].startswith("bleedmap: told to end (SIGTERM)")
    assert not list(broken.folder.rglob(".epoch*")) + list(broken.folder.rglob("unnamed*"))

    (broken.folder / "stop").touch()
    assert start(broken.command, log).wait() == 1
    assert log.read_text().splitlines()[-1].startswith("bleedmap: [stopped]")
    (broken.folder / "stop").unlink()

    assert "going on after epoch" in finish(broken, log)
    assert digests(broken.folder) == digests(whole.folder)
    assert {"model.safetensors", "history.csv", "history.png", "manifest.json"} <= digests(whole.folder).keys()
