"""Two processes that share each batch learn what one learns alone; here on the CPU, as on several GPUs."""

import json
import os
import subprocess
import sys

import pytest

from tests.training.line import history

pytestmark = pytest.mark.slow


def test_two_processes_train_as_one(repository):
    places = os.pathsep.join([str(repository / "src"), str(repository), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.line", "2"],
        env={**os.environ, "PYTHONPATH": places, "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.stderr.count("epoch 3/3") == 2
    together = json.loads(line)
    for name, column in history(1).items():
        assert list(together[name].values()) == pytest.approx(column.tolist(), rel=1e-4), name
