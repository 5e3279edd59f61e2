"""What tells a user how good a network is after each epoch, and whether it has learned anything."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from bleedmap.constants import UNKNOWN_VOXEL
from bleedmap.losses.loss import SliceLogits

ENOUGH = 100  # slices of each class from which an AUROC near one half can hardly be bad luck


class Metric(Protocol):
    """Collects the outputs for all validation data, batch by batch; nobody waits for them before the last one."""

    def reset(self) -> None:
        """Forget all batches."""

    def add(self, outputs: Any, targets: Mapping[str, Tensor]) -> None:  # noqa: ANN401
        """Take in a batch."""

    def collected(self) -> Any:  # noqa: ANN401
        """All that this process has taken in since the last reset, on the CPU."""

    def join(self, parts: Sequence[Any]) -> None:
        """Hold what all processes have collected, this one's among it."""

    def values(self) -> dict[str, float]:
        """What there is to tell of all batches since the last reset; each becomes a column ``validation_<name>``.

        The first is the metric itself: higher is better, NaN where it is undefined.
        """

    def is_constant(self) -> bool:
        """Whether all logits since the last reset are the same."""

    def skill(self) -> float | None:
        """A value that is near one half where the network has learned nothing; None where that cannot be told."""


class _Spread:
    """Smallest and largest logit so far, on the device of the logits."""

    def __init__(self) -> None:
        self.low, self.high = torch.tensor(math.inf), torch.tensor(-math.inf)

    def add(self, logits: Tensor) -> None:
        if logits.numel():
            low, high = torch.aminmax(logits)
            self.low, self.high = torch.minimum(self.low.to(low), low), torch.maximum(self.high.to(high), high)

    def is_zero(self) -> bool:
        """Whether the logits differ by rounding only; no logit at all says nothing."""
        low, high = float(self.low), float(self.high)
        return high - low <= 1e-6 * max(1.0, abs(high))


class Auroc:
    """Area under the ROC curve of every class; labels that are NaN (padding, nobody said) are left out.

    Args:
        classes: names of the classes, in the order of the logits.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self._classes = tuple(classes)
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self._logits: list[Tensor] = []
        self._labels: list[Tensor] = []

    def add(self, outputs: SliceLogits, targets: Mapping[str, Tensor]) -> None:
        """Take in (..., K) logits and ``labels`` of the same shape."""
        classes = len(self._classes)
        self._logits.append(outputs.logits.reshape(-1, classes).float())
        self._labels.append(targets["labels"].reshape(-1, classes))

    def collected(self) -> tuple[Tensor, Tensor]:
        """Logits and labels."""
        return torch.cat(self._logits).cpu(), torch.cat(self._labels).cpu()

    def join(self, parts: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Logits and labels of all."""
        self._logits, self._labels = [logits for logits, _ in parts], [labels for _, labels in parts]

    def values(self) -> dict[str, float]:
        """``auroc``, the mean over the classes that have both labels, and of several classes ``auroc_<class>``."""
        each = {f"auroc_{name}": self._auroc(number) for number, name in enumerate(self._classes)}
        defined = [value for value in each.values() if not math.isnan(value)]
        mean = sum(defined) / len(defined) if defined else math.nan
        return {"auroc": mean} | (each if len(each) > 1 else {})

    def is_constant(self) -> bool:
        """Whether every slice gets the same logits."""
        spreads = [_Spread() for _ in self._classes]
        for number, spread in enumerate(spreads):
            spread.add(self._known(number)[0])
        return all(spread.is_zero() for spread in spreads)

    def skill(self) -> float | None:
        """The best AUROC of a class with enough slices with and without it."""
        counts = [self._known(number)[1] for number in range(len(self._classes))]
        told = [self._auroc(n) for n, labels in enumerate(counts) if min(_counts(labels)) >= ENOUGH]
        return max(told) if told else None

    def _known(self, number: int) -> tuple[Tensor, Tensor]:
        """Logits and labels of the slices of which a class is known."""
        every = ([part.cpu() for part in parts] for parts in (self._logits, self._labels))
        logits, labels = (torch.cat(parts)[:, number] for parts in every)
        known = ~labels.isnan()
        return logits[known], labels[known]

    def _auroc(self, number: int) -> float:
        """In [0, 1]; NaN with one label only."""
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415  slow to import

        logits, labels = self._known(number)
        if not logits.isfinite().all() or min(_counts(labels)) == 0:
            return math.nan
        return float(roc_auc_score(labels.numpy() >= 0.5, logits.numpy()))


def _counts(labels: Tensor) -> tuple[int, int]:
    """Slices with and without a bleed."""
    positive = int((labels >= 0.5).sum())
    return positive, len(labels) - positive


class Dice:
    """Dice of all known validation voxels together, at probability one half (spec 0.3, pooled)."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all batches."""
        self._spread = _Spread()
        self._both: Tensor | int = 0
        self._either: Tensor | int = 0

    def add(self, outputs: Tensor, targets: Mapping[str, Tensor]) -> None:
        """Take in logits and ``masks`` of the same shape; 255 is unknown and left out.

        Of background and subtypes, (B, 6, D, H, W), the logit of a subtype of any kind counts.
        """
        if outputs.ndim > targets["masks"].ndim:
            outputs = outputs[:, 1:].logsumexp(dim=1) - outputs[:, 0]
        known = targets["masks"] != UNKNOWN_VOXEL
        found, drawn = (outputs >= 0) & known, (targets["masks"] > 0) & known
        self._both = self._both + (found & drawn).sum()
        self._either = self._either + found.sum() + drawn.sum()
        self._spread.add(outputs.float())

    def collected(self) -> tuple[float, float, float, float]:
        """Bounds of the logits; voxels that are found and drawn, and those that are either, twice where both."""
        return float(self._spread.low), float(self._spread.high), float(self._both), float(self._either)

    def join(self, parts: Sequence[tuple[float, float, float, float]]) -> None:
        """Voxels of all."""
        lows, highs, both, either = (torch.tensor(each, dtype=torch.float64) for each in zip(*parts, strict=True))
        self._spread.low, self._spread.high = lows.amin(), highs.amax()
        self._both, self._either = both.sum(), either.sum()

    def values(self) -> dict[str, float]:
        """``dice`` in [0, 1]; NaN where nothing is drawn and nothing found."""
        both, either = float(self._both), float(self._either)
        return {"dice": 2 * both / either if either else math.nan}

    def is_constant(self) -> bool:
        """Whether every voxel gets the same logit."""
        return self._spread.is_zero()

    def skill(self) -> float | None:
        """Never: a Dice of one half is good."""
        return None
