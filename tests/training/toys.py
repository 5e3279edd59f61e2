"""Small losses of plain numbers, to train toy networks with; targets have the name ``values``."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from bleedmap.losses.loss import Loss


class Plain(Loss):
    """Any loss of torch."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self._loss = loss

    def forward(self, outputs: Tensor, targets: Mapping[str, Tensor]) -> Tensor:
        return self._loss(outputs, targets["values"])

    def weight(self, targets: Mapping[str, Tensor]) -> Tensor:
        return torch.tensor(len(targets["values"]))


def squared() -> Plain:
    """Mean squared error."""
    return Plain(nn.MSELoss())
