"""What every loss is: a number from a network's outputs and a batch's targets, and how much that number counts."""

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor, nn

Targets = Mapping[str, Tensor]


class SliceLogits(Protocol):
    """What a loss of slices reads of a classifier's output."""

    @property
    def logits(self) -> Tensor:
        """(..., K), a logit a class."""


class LevelLogits(SliceLogits, Protocol):
    """What a loss of levels reads of a classifier's output."""

    @property
    def maps(self) -> Tensor | None:
        """(B, K, h, w) logit maps, without bias."""

    @property
    def deeper(self) -> "tuple[LevelLogits, ...]":
        """The coarser levels, from fine to coarse."""


class Loss(nn.Module):
    """Base of the losses; called as ``loss(outputs, targets)``, a mean over a batch, all parts of all processes.

    Targets are ``labels`` (..., K) float, 0 or 1 and NaN where unknown, or ``masks`` (B, D, H, W) uint8, 0 background,
    more hemorrhage and 255 unknown. What is unknown changes nothing.
    """

    def weight(self, targets: Targets) -> Tensor:
        """How much a batch, or this process' part of it, counts in the mean over batches: how many elements it has.

        A number on the device of the targets, so that nobody waits for it.
        """
        raise NotImplementedError
