"""A network with everything that changes it: optimiser, schedule, number format, moving average, devices.

Lightning Fabric places model and data on the device and picks the number format.
"""

from typing import Any

import torch
from lightning.fabric import Fabric
from lightning.fabric.plugins.environments import LightningEnvironment
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.losses.loss import Loss
from bleedmap.training import together
from bleedmap.training.schedule import build_optimizer, build_schedule

Targets = dict[str, Tensor]


class Learner:
    """One network in training.

    Args:
        model: called with a batch's inputs; trained in place.
        loss: of the model's output and the batch's targets.
        spec: optimiser, schedule, number format.
        steps: training batches of an epoch.

    Raises:
        TrainingError: no GPU for the number format, or a network that processes cannot share.
    """

    def __init__(self, model: nn.Module, loss: Loss, spec: TrainingSpec, steps: int) -> None:
        self._spec, self._model = spec, model
        self._fabric = _fabric(spec)
        optimizer = build_optimizer(model, spec)
        self._schedule = build_schedule(optimizer, spec, steps)
        if together.count() > 1:
            from bleedmap.training.batch_norm import share_statistics  # noqa: PLC0415  loads timm

            share_statistics(model)
        self._module, self._optimizer = self._fabric.setup(model, optimizer)
        self._loss = loss.to(self._fabric.device)
        self._average = _moving_average(model, spec.ema) if spec.ema else None

    @property
    def rate(self) -> float:
        """Learning rate of the next step."""
        return float(self._schedule.get_last_lr()[0])

    def zero(self) -> Tensor:
        """A float64 zero on the device, to add losses up without waiting for each."""
        return torch.zeros((), dtype=torch.float64, device=self._fabric.device)

    def begin_epoch(self) -> None:
        """Training mode, for dropout and batch norm."""
        self._module.train()

    def step(self, inputs: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
        """One step on a batch, of which every process has a part.

        Returns:
            Loss of the whole batch, and how much this part counts in the mean over an epoch. Both are numbers on the
            device: to read one waits for it.

        Raises:
            TrainingError: the GPU is out of memory.
        """
        weight = self._loss.weight(targets)
        inputs, targets = self._fabric.to_device((inputs, targets))
        try:
            self._optimizer.zero_grad()
            value: Tensor = self._loss(self._module(inputs), targets)
            self._fabric.backward(value)
        except torch.cuda.OutOfMemoryError:
            raise self._out_of_memory() from None
        together.add_up(parameter.grad for parameter in self._model.parameters())
        if self._spec.clip_norm is not None:
            self._fabric.clip_gradients(
                self._module, self._optimizer, max_norm=self._spec.clip_norm, error_if_nonfinite=False
            )
        self._optimizer.step()
        self._schedule.step()
        if self._average is not None:
            self._average.update_parameters(self._model)
        return value.detach(), weight

    @torch.inference_mode()
    def judge(self, inputs: Tensor, targets: Targets) -> tuple[Tensor, Tensor, Any, Targets]:
        """A validation batch with the weights that would be kept.

        Returns:
            Loss of the whole batch, how much this part counts in the mean over batches, and of this part outputs and
            targets on the device.
        """
        weight = self._loss.weight(targets)
        inputs, targets = self._fabric.to_device((inputs, targets))
        module = self._module if self._average is None else self._average
        module.eval()
        try:
            with self._fabric.autocast():
                outputs = _as_float32(module(inputs))
            return self._loss(outputs, targets), weight, outputs, targets
        except torch.cuda.OutOfMemoryError:
            raise self._out_of_memory() from None

    def weights(self) -> dict[str, Tensor]:
        """Weights that would be kept, a copy on the CPU."""
        kept = self._model if self._average is None else self._average.module
        return {
            name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, value in kept.state_dict().items()
        }

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return {
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "precision": self._fabric.strategy.precision.state_dict(),
            "average": None if self._average is None else self._average.state_dict(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go back to what ``state`` gave."""
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._fabric.strategy.precision.load_state_dict(state["precision"])
        if self._average is not None:
            self._average.load_state_dict(state["average"])

    def _out_of_memory(self) -> TrainingError:
        return TrainingError(
            "gpu-memory",
            found=f"no room on the GPU for a batch of {self._spec.batch}",
            expected="a batch that fits",
            remedy=f"set training.batch to {max(1, self._spec.batch // 2)}",
        )


def _as_float32(outputs: Any) -> Any:  # noqa: ANN401
    """Outputs of any structure of tuples, all tensors as float32."""
    if isinstance(outputs, Tensor):
        return outputs.float()
    if isinstance(outputs, tuple):
        parts = [_as_float32(part) for part in outputs]
        return type(outputs)(*parts) if hasattr(outputs, "_fields") else tuple(parts)
    return outputs


def _moving_average(model: nn.Module, decay: float) -> AveragedModel:
    """Copy of the model whose weights and batch-norm statistics follow it slowly."""
    follow = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]
    return AveragedModel(model, multi_avg_fn=follow, use_buffers=True)


def _fabric(spec: TrainingSpec) -> Fabric:
    has_gpu = torch.cuda.is_available()
    if not has_gpu and spec.precision == "16-mixed":
        raise TrainingError(
            "no-half-precision",
            found="training.precision 16-mixed without a GPU",
            expected="a GPU, or another number format",
            remedy="set training.precision to 32-true or bf16-mixed",
        )
    return Fabric(
        # of what Lightning finds, processes share GPUs and CPUs alone
        accelerator="auto" if has_gpu or together.count() == 1 else "cpu",
        devices=1,
        precision=spec.precision,
        # processes are begun here (``processes``), never by a scheduler that Lightning finds around it
        plugins=[LightningEnvironment()],
    )
