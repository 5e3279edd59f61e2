"""A training loop with nothing around it, and a clock: what the engine is measured against."""

import copy
import time
from collections.abc import Callable
from contextlib import nullcontext

import torch
from torch import Tensor, nn

from bleedmap.config.training import TrainingSpec
from bleedmap.losses.loss import Loss
from bleedmap.training.schedule import build_optimizer
from bleedmap.training.together import Batch


def channels_last(model: nn.Module) -> nn.Module:
    """The same network with the channels of its filters last in memory, in two dimensions or three."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    for weights in model.parameters():
        if weights.ndim in formats:
            weights.data = weights.data.contiguous(memory_format=formats[weights.ndim])
    return model


def compiled(model: nn.Module) -> nn.Module:
    """The same network, compiled."""
    model.compile()
    return model


# what a network may gain speed by
VARIANTS: dict[str, Callable[[nn.Module], nn.Module]] = {"channels_last": channels_last, "compiled": compiled}


class BareLoop:
    """Steps of a copy of a network over one batch in memory.

    Args:
        model: the network.
        loss: its loss.
        batch: inputs and targets.
        spec: optimiser and number format.
        variant: one of ``VARIANTS``; None: the network as it is.
    """

    def __init__(
        self, model: nn.Module, loss: Loss, batch: Batch, spec: TrainingSpec, variant: str | None = None
    ) -> None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model, self._loss = copy.deepcopy(model).to(device).train(), copy.deepcopy(loss).to(device)
        if variant is not None:
            self._model = VARIANTS[variant](self._model)
        self._inputs = batch[0].to(device)
        self._targets = {name: part.to(device) for name, part in batch[1].items()}
        self._optimizer = build_optimizer(self._model, spec)
        half = torch.bfloat16 if spec.precision == "bf16-mixed" else torch.float16
        self._format = nullcontext() if spec.precision == "32-true" else torch.autocast(device, dtype=half)

    def run(self, steps: int) -> float:
        """Images a second over some steps."""
        start = now()
        for _ in range(steps):
            self._optimizer.zero_grad()
            with self._format:
                value = self._loss(self._model(self._inputs), self._targets)
            value.backward()
            self._optimizer.step()
        return steps * images(self._inputs) / (now() - start)


def now() -> float:
    """Seconds, once the GPU has done what it was told."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def images(inputs: Tensor) -> int:
    """Slices in a batch of any shape."""
    return inputs.shape[:-2].numel()
