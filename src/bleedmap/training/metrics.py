"""What tells a user how good a network is after each epoch, and whether it has learned anything."""

import math
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

ENOUGH = 100  # slices of each class from which an AUROC near one half can hardly be bad luck


class Metric(Protocol):
    """Collects the outputs for all validation data, batch by batch.

    ``name`` becomes the column ``validation_<name>`` of the history.
    """

    name: str

    def reset(self) -> None:
        """Forget all batches."""

    def add(self, logits: Tensor, targets: dict[str, Tensor]) -> None:
        """Take in a batch."""

    def value(self) -> float:
        """The metric of all batches since the last reset; higher is better, NaN where it is undefined."""

    def is_constant(self) -> bool:
        """Whether all logits since the last reset are the same."""

    def tells_chance(self) -> bool:
        """Whether a value near one half means that the network has learned nothing."""


class _Spread:
    """Smallest and largest logit so far."""

    def __init__(self) -> None:
        self.low, self.high = math.inf, -math.inf

    def add(self, logits: Tensor) -> None:
        if logits.numel():
            low, high = torch.aminmax(logits)
            self.low, self.high = min(self.low, float(low)), max(self.high, float(high))

    def is_zero(self) -> bool:
        """Whether the logits differ by rounding only; no logit at all says nothing."""
        return self.high - self.low <= 1e-6 * max(1.0, abs(self.high))


class Auroc:
    """Area under the ROC curve; targets below zero or NaN (padding, no label) are left out."""

    name = "auroc"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self._spread = _Spread()
        self._logits: list[Tensor] = []
        self._targets: list[Tensor] = []

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Take in logits and targets of one shape."""
        known = targets >= 0
        self._logits.append(logits[known].float().cpu())
        self._targets.append(targets[known].cpu())
        self._spread.add(self._logits[-1])

    def value(self) -> float:
        """In [0, 1]; NaN with one class only."""
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415  slow to import

        targets = torch.cat(self._targets).numpy()
        logits = torch.cat(self._logits).numpy()
        if not np.isfinite(logits).all() or min(self._counts()) == 0:
            return math.nan
        return float(roc_auc_score(targets >= 0.5, logits))

    def is_constant(self) -> bool:
        """Whether every slice gets the same logit."""
        return self._spread.is_zero()

    def tells_chance(self) -> bool:
        """Whether there are enough slices of each class."""
        return min(self._counts()) >= ENOUGH

    def _counts(self) -> tuple[int, int]:
        positive = sum(int((part >= 0.5).sum()) for part in self._targets)
        return positive, sum(map(len, self._targets)) - positive


class Dice:
    """Dice of all validation voxels together, at probability one half (spec 0.3, pooled)."""

    name = "dice"

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self._spread = _Spread()
        self._both = self._either = 0.0

    def add(self, logits: Tensor, targets: dict[str, Tensor]) -> None:
        """Take in logits and masks of one shape."""
        known = targets["masks"] != 255
        found, drawn = (logits >= 0) & known, (targets["masks"] > 0) & known
        self._both += float((found & drawn).sum())
        self._either += float(found.sum()) + float(drawn.sum())
        self._spread.add(logits.float())

    def value(self) -> float:
        """In [0, 1]; NaN where nothing is drawn and nothing found."""
        return 2 * self._both / self._either if self._either else math.nan

    def is_constant(self) -> bool:
        """Whether every voxel gets the same logit."""
        return self._spread.is_zero()

    def tells_chance(self) -> bool:
        """Never: a Dice of one half is good."""
        return False
