"""A network with everything that changes it: optimiser, schedule, number format, moving average, devices.

Lightning Fabric places model and data on the device, picks the number format and shares gradients between processes.
"""

from typing import Any, TypeVar

import torch
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bleedmap.config.training import TrainingSpec
from bleedmap.errors import TrainingError
from bleedmap.losses.loss import Loss
from bleedmap.training.schedule import build_optimizer, build_schedule

Number = TypeVar("Number", bool, float)
Targets = dict[str, Tensor]


class Learner:
    """One network in training.

    Args:
        model: called with a batch's inputs; trained in place.
        loss: of the model's output and the batch's targets.
        spec: optimiser, schedule, number format, devices.
        steps: training batches of an epoch.

    Raises:
        TrainingError: fewer GPUs than the spec asks for.
    """

    def __init__(self, model: nn.Module, loss: Loss, spec: TrainingSpec, steps: int) -> None:
        self._spec, self._model = spec, model
        self._fabric = _fabric(spec)
        optimizer = build_optimizer(model, spec)
        self._schedule = build_schedule(optimizer, spec, steps)
        self._module, self._optimizer = self._fabric.setup(model, optimizer)
        self._loss = loss.to(self._fabric.device)
        self._average = _moving_average(model, spec.ema) if spec.ema else None

    @property
    def rank(self) -> int:
        """Number of this process among those that share the training; 0 writes."""
        return int(self._fabric.global_rank)

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
        """One step on a batch, shared by all processes.

        Returns:
            Mean loss of this process' share, scaled so that the mean over processes is that of the batch; and how much
            the whole batch counts in the mean over an epoch. Both are numbers on the device: to read one waits for it.

        Raises:
            TrainingError: the GPU is out of memory.
        """
        whole = self._loss.weight(targets)
        inputs, targets, weight = self._share(inputs, targets, whole)
        inputs, targets = self._fabric.to_device((inputs, targets))
        try:
            self._optimizer.zero_grad()
            value: Tensor = self._loss(self._module(inputs), targets)
            value = value * weight
            self._fabric.backward(value)
        except torch.cuda.OutOfMemoryError:
            raise self._out_of_memory() from None
        if self._spec.clip_norm is not None:
            self._fabric.clip_gradients(
                self._module, self._optimizer, max_norm=self._spec.clip_norm, error_if_nonfinite=False
            )
        self._optimizer.step()
        self._schedule.step()
        if self._average is not None:
            self._average.update_parameters(self._model)
        return value.detach(), whole

    @torch.inference_mode()
    def judge(self, inputs: Tensor, targets: Targets) -> tuple[Tensor, Tensor, Any, Targets]:
        """A validation batch with the weights that would be kept.

        Returns:
            Its loss, how much that counts in the mean over batches, outputs and targets on the device.
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

    def mean(self, total: Tensor) -> float:
        """Mean of a number over all processes."""
        return float(self._fabric.all_reduce(total, reduce_op="mean"))

    def agree(self, values: list[Number]) -> list[Number]:
        """The first process' numbers, for all: what decides the end must not differ between processes."""
        return list(self._fabric.broadcast(values)) if self._fabric.world_size > 1 else values

    def wait(self) -> None:
        """Until all processes are here."""
        self._fabric.barrier()

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

    def _share(self, inputs: Tensor, targets: Targets, whole: Tensor) -> tuple[Tensor, Targets, Tensor | float]:
        """This process' part of a batch, and what makes the mean over processes the mean over the batch."""
        world, rank = self._fabric.world_size, self.rank
        if world == 1:
            return inputs, targets, 1.0
        # a process without a sample repeats one with weight zero: all must take part in every step
        mine = slice(rank, None, world) if rank < len(inputs) else slice(0, 1)
        part = {name: target[mine] for name, target in targets.items()}
        weight = self._loss.weight(part) * world / whole.clamp(min=1) if rank < len(inputs) else 0.0
        return inputs[mine], part, weight

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
    found = torch.cuda.device_count()
    if 0 < found < spec.devices:
        raise TrainingError(
            "few-gpus",
            found=f"{found} GPUs",
            expected=f"training.devices = {spec.devices}",
            remedy=f"set training.devices to {found}, or ask the cluster for more",
        )
    if not found and spec.precision == "16-mixed":
        raise TrainingError(
            "no-half-precision",
            found="training.precision 16-mixed without a GPU",
            expected="a GPU, or another number format",
            remedy="set training.precision to 32-true or bf16-mixed",
        )
    fabric = Fabric(
        accelerator="auto",
        devices=spec.devices,
        strategy="ddp" if spec.devices > 1 else "auto",
        precision=spec.precision,
    )
    if spec.devices > 1:
        fabric.launch()
    return fabric
