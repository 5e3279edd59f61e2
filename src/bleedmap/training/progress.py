"""What the person who watches a training reads: a line an epoch, and one now and then within long ones."""

import time

from torch import Tensor

from bleedmap.config.training import TrainingSpec
from bleedmap.console import say
from bleedmap.training import together

LINE_SECONDS = 30.0


class Progress:
    """Loss, metric, images a second and time left.

    Args:
        spec: number of epochs.
        steps: training batches of an epoch.
        first: epochs that an earlier, interrupted run has done.
    """

    def __init__(self, spec: TrainingSpec, steps: int, first: int) -> None:
        self._epochs, self._steps = spec.epochs, steps
        self._start = self._last = time.monotonic()
        self._first, self._images, self._step = first, 0, 0
        if first:
            self._say(f"going on after epoch {first}/{spec.epochs}")

    def step(self, epoch: int, inputs: Tensor, loss: Tensor) -> None:
        """After a step.

        Args:
            epoch: from 0.
            inputs: of this process' part of the batch; the last two axes are rows and columns of one image.
            loss: of the batch.
        """
        self._images += inputs.shape[:-2].numel() * together.count()
        self._step = self._step % self._steps + 1
        if time.monotonic() - self._last >= LINE_SECONDS:
            share = epoch - self._first + self._step / self._steps
            self._say(
                f"epoch {epoch + 1}/{self._epochs}, step {self._step}/{self._steps}: loss {float(loss):.4f}, "
                f"{self._pace(share)}"
            )

    def epoch(self, row: dict[str, float], best: str) -> None:
        """After an epoch.

        Args:
            row: of the history.
            best: the best value so far and its epoch.
        """
        done = int(row["epoch"]) + 1
        validation = [
            f"{name.removeprefix('validation_')} {value:.4f}"
            for name, value in row.items()
            if name.startswith("validation_")
        ]
        self._say(
            f"epoch {done}/{self._epochs}: loss {row['train_loss']:.4f}, validation {', '.join(validation)} ({best}), "
            f"{self._pace(done - self._first)}"
        )

    def _pace(self, epochs: float) -> str:
        spent = time.monotonic() - self._start
        left = spent / epochs * (self._epochs - self._first - epochs)
        return f"{self._images / spent:.0f} images/s, at most {_duration(left)} left"

    def _say(self, line: str) -> None:
        self._last = time.monotonic()
        say(line)


def _duration(seconds: float) -> str:
    """Seconds for people: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
