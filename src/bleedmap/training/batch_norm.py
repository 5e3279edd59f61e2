"""Batch normalisation by the statistics of a whole batch, where several processes have a part of it each."""

from typing import Any

import torch
import torch.distributed as dist
from timm.layers import BatchNormAct2d, SyncBatchNormAct
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from bleedmap.errors import TrainingError


class Whole(nn.SyncBatchNorm):
    """torch's own on a GPU; on a CPU, where torch has none, the same from plain sums."""

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, ...) to the same shape."""
        if features.is_cuda or not self.training:
            normed: Tensor = super().forward(features)
            return normed
        values = features.float()
        axes = [axis for axis in range(values.ndim) if axis != 1]
        shape = [1, -1] + [1] * (values.ndim - 2)
        count = _total(values.new_tensor(float(values[:, 0].numel())))
        mean = _total(values.sum(axes)) / count
        centred = values - mean.view(shape)
        variance = _total(centred.square().sum(axes)) / count
        if self.track_running_stats:
            self._follow(mean.detach(), variance.detach() * count / (count - 1))
        values = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            values = values * self.weight.view(shape) + self.bias.view(shape)
        return values.to(features.dtype)

    def _follow(self, mean: Tensor, variance: Tensor) -> None:
        """The running statistics follow those of a batch."""
        for running, now in ((self.running_mean, mean), (self.running_var, variance)):
            if running is not None:
                running.lerp_(now, self.momentum or 0.0)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


class _Total(torch.autograd.Function):
    """Sums over all processes; what depends on one in any process, depends on it in all."""

    @staticmethod
    def forward(ctx: Any, sums: Tensor) -> Tensor:  # noqa: ANN401
        """The same shape."""
        total = sums.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:  # noqa: ANN401
        """The same sum, of gradients."""
        return _total(gradients[0])


def _total(sums: Tensor) -> Tensor:
    total: Tensor = _Total.apply(sums)
    return total


class WholeAct(SyncBatchNormAct, Whole):  # type: ignore[misc]
    """The same with timm's activation after it."""


KINDS: dict[type, type] = {
    nn.BatchNorm1d: Whole,
    nn.BatchNorm2d: Whole,
    nn.BatchNorm3d: Whole,
    BatchNormAct2d: WholeAct,
}


def share_statistics(network: nn.Module) -> None:
    """Let every batch normalisation of a network see the batch of all processes, in training; weights stay.

    Raises:
        TrainingError: a kind of batch normalisation that cannot be shared.
    """
    for layer in network.modules():
        if isinstance(layer, _BatchNorm) and not isinstance(layer, nn.SyncBatchNorm):
            if type(layer) not in KINDS or layer.momentum is None:
                raise TrainingError(
                    "batch-norm",
                    found=f"a network with {type(layer).__name__}",
                    expected="batch normalisation that several processes can share",
                    remedy="set processes to 1, or choose another network",
                )
            # a class for a class: parameters, hooks and names stay what optimiser, average and files know
            layer.process_group = None  # type: ignore[assignment]
            layer.__class__ = KINDS[type(layer)]
