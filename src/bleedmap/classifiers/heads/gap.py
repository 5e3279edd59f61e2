"""Global average pooling of logit maps; with the linear layer before it, the usual GAP and FC (spec 2.2)."""

from torch import Tensor

from bleedmap.classifiers.heads.logit_maps import LogitMapHead
from bleedmap.config.heads import GapHead


class Gap(LogitMapHead):
    """Mean of every logit map."""

    def pool(self, maps: Tensor) -> Tensor:
        """(B, K, h, w) logit maps to (B, K) means."""
        return maps.mean(dim=(2, 3))


def build(spec: GapHead, channels: int, classes: int) -> Gap:
    """The head; arguments as for ``LogitMapHead``."""
    return Gap(channels, classes)
