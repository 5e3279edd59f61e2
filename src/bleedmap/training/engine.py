"""The training loop of every network: epochs, validation, early stopping, best weights, history.

Lightning Fabric places model and data on the device and picks the number format; the loop itself is plain, so that
order and augmentation stay functions of (seed, epoch, index).
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn

from bleedmap.config.training import TrainingSpec
from bleedmap.console import say
from bleedmap.errors import TrainingError
from bleedmap.training.schedule import build_optimizer, build_schedule

Batch = tuple[Tensor, Tensor]


class Batches(Protocol):
    """Training data: inputs and targets in batches."""

    def training(self, epoch: int) -> Iterator[Batch]:
        """Batches of one epoch, in an order that depends on the epoch alone."""

    def validation(self) -> Iterator[Batch]:
        """All validation data, in a fixed order."""

    def steps(self) -> int:
        """Training batches of an epoch."""


@dataclass(frozen=True)
class Trained:
    """What a training leaves behind.

    Args:
        weights: state of the best epoch, on the CPU.
        history: a row an epoch: epoch, train_loss, validation_loss, learning_rate.
        best_epoch: epoch with the lowest validation loss.
    """

    weights: dict[str, Tensor]
    history: pd.DataFrame
    best_epoch: int


def make_deterministic(seed: int, threads: int) -> None:
    """Fix everything outside the loop that could change a bit: first weights, kernels, number of threads."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())


def fit(model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], batches: Batches, spec: TrainingSpec) -> Trained:
    """Train until the validation loss stops falling.

    Args:
        model: called with a batch's inputs.
        loss: of the model's output and the batch's targets.
        batches: training and validation data.
        spec: length, optimiser, patience.

    Raises:
        TrainingError: the loss is no longer a number, or the GPU is out of memory.
    """
    fabric = Fabric(accelerator="auto", devices=1, precision=spec.precision)
    bare_optimizer = build_optimizer(model, spec)
    schedule = build_schedule(bare_optimizer, spec, spec.epochs * batches.steps())
    wrapped, optimizer = fabric.setup(model, bare_optimizer)
    rows: list[dict[str, float]] = []
    best_loss, best_epoch, best = math.inf, -1, {}
    start = time.monotonic()
    for epoch in range(spec.epochs):
        rate = float(schedule.get_last_lr()[0])
        wrapped.train()
        total, samples = 0.0, 0
        for inputs, targets in batches.training(epoch):
            optimizer.zero_grad()
            value = _loss(wrapped, loss, fabric, (inputs, targets), spec)
            fabric.backward(value)
            optimizer.step()
            schedule.step()
            total += float(value.detach()) * len(inputs)
            samples += len(inputs)
        validation_loss = _validate(wrapped, loss, fabric, batches, spec)
        train_loss = total / max(1, samples)
        rows.append(
            {"epoch": epoch, "train_loss": train_loss, "validation_loss": validation_loss, "learning_rate": rate}
        )
        if not math.isfinite(train_loss + validation_loss):
            raise _diverged(epoch)
        if validation_loss < best_loss:
            best_loss, best_epoch = validation_loss, epoch
            best = {
                name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
                for name, value in model.state_dict().items()
            }
        pace = samples * (epoch + 1) / (time.monotonic() - start)
        say(
            f"epoch {epoch + 1}/{spec.epochs}: loss {train_loss:.4f}, validation {validation_loss:.4f} "
            f"(best {best_loss:.4f} at {best_epoch + 1}), {pace:.0f} samples/s"
        )
        if epoch - best_epoch >= spec.patience:
            break
    return Trained(weights=best, history=pd.DataFrame(rows), best_epoch=best_epoch)


def _loss(
    model: Callable[[Tensor], Tensor],
    loss: Callable[[Tensor, Tensor], Tensor],
    fabric: Fabric,
    batch: Batch,
    spec: TrainingSpec,
) -> Tensor:
    inputs, targets = fabric.to_device(batch)
    try:
        return loss(model(inputs), targets)
    except torch.cuda.OutOfMemoryError:
        raise TrainingError(
            "gpu-memory",
            found=f"no room on the GPU for a batch of {spec.batch}",
            expected="a batch that fits",
            remedy=f"set training.batch to {max(1, spec.batch // 2)}",
        ) from None


def _validate(
    model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], fabric: Fabric, batches: Batches, spec: TrainingSpec
) -> float:
    model.eval()
    total, samples = 0.0, 0
    with torch.inference_mode():
        for batch in batches.validation():
            total += float(_loss(model, loss, fabric, batch, spec)) * len(batch[0])
            samples += len(batch[0])
    return total / max(1, samples)


def _diverged(epoch: int) -> TrainingError:
    return TrainingError(
        "diverged",
        found=f"a loss that is not a number in epoch {epoch + 1}",
        expected="a finite loss",
        remedy="lower training.learning_rate, or set training.precision to 32-true",
    )
