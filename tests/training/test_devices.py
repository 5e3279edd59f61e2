"""Two processes that share each batch learn what one learns alone; here on the CPU, as on several GPUs."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import sys
import torch
from torch import nn
from bleedmap.config.training import TrainingSpec
from bleedmap.training.engine import fit, make_deterministic
from bleedmap.training.outputs import only_the_first_process_goes_on

class Line:
    x = torch.linspace(-1, 1, 21)[:, None]
    def training(self, epoch):
        # the last batch has one sample: one of two processes gets none
        for rows in torch.randperm(21, generator=torch.Generator().manual_seed(epoch)).split(5):
            yield self.x[rows], 2 * self.x[rows] + 1
    def validation(self):
        yield self.x, 2 * self.x + 1
    def steps(self):
        return 5

make_deterministic(1, 1)
network = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
for phase in range(2):
    spec = TrainingSpec(epochs=3, learning_rate=0.02, devices=int(sys.argv[1]))
    trained = fit(network, nn.MSELoss(), Line(), spec)
only_the_first_process_goes_on()
print(trained.history.to_json())
"""


def test_two_processes_train_as_one(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "CUDA_VISIBLE_DEVICES": ""}
    histories = []
    for devices in ("1", "2"):
        done = subprocess.run(
            [sys.executable, program, devices], env=environment, capture_output=True, text=True, timeout=900, check=True
        )
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("{")]
        assert done.stderr.count("epoch 3/3") == 2
        histories.append(json.loads(line))
    alone, together = histories
    for name, column in alone.items():
        assert list(together[name].values()) == pytest.approx(list(column.values()), rel=1e-4), name
