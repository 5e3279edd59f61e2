"""The highest logit of any place: a slice bleeds where its worst place does (Nemcek 2021, equation 1; spec 3.4)."""

from torch import Tensor

from bleedmap.classifiers.heads.logit_maps import LogitMapHead
from bleedmap.config.heads import MaxHead


class Max(LogitMapHead):
    """Maximum of every logit map, which looks at a place and its eight neighbours.

    Args:
        channels: of the feature map.
        classes: number of classes.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__(channels, classes, kernel=3)

    def pool(self, maps: Tensor) -> Tensor:
        """(B, K, h, w) logit maps to (B, K)."""
        return maps.amax(dim=(2, 3))


def build(spec: MaxHead, channels: int, classes: int) -> Max:
    """The head; arguments as for ``LogitMapHead``."""
    return Max(channels, classes)
