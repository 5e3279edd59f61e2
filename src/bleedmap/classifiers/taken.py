"""First weights from elsewhere: which tensors fit by name and shape, and a summary of them for the user."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

MOST_NAMES = 8  # in a line for the person who watches; the manifest has them all


@dataclass(frozen=True)
class Taken:
    """What of a network was taken from elsewhere.

    Args:
        taken: names of the tensors that were taken, sorted.
        left: names of the network's tensors that keep their random values, sorted.
        unused: names of the given tensors that fit nowhere, sorted.
    """

    taken: tuple[str, ...]
    left: tuple[str, ...]
    unused: tuple[str, ...]

    def note(self) -> dict[str, Any]:
        """Summary for the manifest."""
        return {"taken": len(self.taken), "left": list(self.left), "unused": list(self.unused)}

    def line(self, source: str) -> str:
        """One line for the person who watches.

        Args:
            source: where the weights come from, such as ``another classifier``.
        """
        parts = [f"weights from {source}: {len(self.taken)} tensors taken"]
        parts += [f"{len(names)} {what} ({_some(names)})" for what, names in self._rest() if names]
        return ", ".join(parts)

    def _rest(self) -> list[tuple[str, tuple[str, ...]]]:
        return [("left as they were", self.left), ("not used", self.unused)]


def fitting(given: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> Taken:
    """Compare the tensors of a file with those of a network, by name and shape.

    Args:
        given: what there is.
        wanted: state of the network.
    """
    fits = {name for name, tensor in wanted.items() if name in given and given[name].shape == tensor.shape}
    return Taken(*(tuple(sorted(names)) for names in (fits, wanted.keys() - fits, given.keys() - fits)))


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return shown if len(names) <= MOST_NAMES else f"{shown}, ..."
