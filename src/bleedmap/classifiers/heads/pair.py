"""Two logits a class, against and for it, each the mean of a logit map (spec 1.3, 5.2)."""

from torch import Tensor

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.classifiers.heads.logit_maps import LogitMapHead
from bleedmap.config.heads import PairHead

AGAINST, FOR = 0, 1


class Pair(LogitMapHead):
    """Global average pooling and a linear layer with two outputs a class.

    Args:
        channels: of the feature map.
        classes: number of classes.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__(channels, 2 * classes)

    def pool(self, maps: Tensor) -> Tensor:
        """(B, 2 K, h, w) logit maps to (B, 2 K) means."""
        return maps.mean(dim=(2, 3))

    def forward(self, features: Tensor) -> SliceOutput:
        """(B, channels, h, w) features to pairs, logits (for less against), and the maps of the logits for."""
        maps = self.layer(features)
        pairs = (self.pool(maps) + self.bias).reshape(len(maps), len(self.bias) // 2, 2)
        return SliceOutput(pairs[..., FOR] - pairs[..., AGAINST], maps[:, FOR::2], pairs=pairs)


def build(spec: PairHead, channels: int, classes: int) -> Pair:
    """The head; arguments as for ``LogitMapHead``."""
    return Pair(channels, classes)
