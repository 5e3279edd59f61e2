"""A program that fits a line twice, on as many devices as it is told, and prints the last history."""

import sys

import torch
from torch import nn

from bleedmap.config.training import TrainingSpec
from bleedmap.training.engine import fit, make_deterministic
from bleedmap.training.outputs import only_the_first_process_goes_on
from tests.training.toys import squared


class Line:
    """Samples of a line; the last batch has one: one of two processes gets none."""

    x = torch.linspace(-1, 1, 21)[:, None]

    def training(self, epoch):
        for rows in torch.randperm(21, generator=torch.Generator().manual_seed(epoch)).split(5):
            yield self.x[rows], {"values": 2 * self.x[rows] + 1}

    def validation(self):
        yield self.x, {"values": 2 * self.x + 1}

    def steps(self):
        return 5


def history(devices):
    """History of the second of two trainings that follow each other."""
    make_deterministic(1, 1)
    network = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
    spec = TrainingSpec(epochs=3, learning_rate=0.02, devices=devices)
    return [fit(network, squared(), Line(), spec) for _ in range(2)][1].history


if __name__ == "__main__":
    found = history(int(sys.argv[1]))
    only_the_first_process_goes_on()
    sys.stdout.write(found.to_json() + "\n")
