"""Global average pooling of an evidence map; with the linear map before it, the usual GAP and FC (spec 2.2)."""

from torch import Tensor

from bleedmap.config.classifiers import GapHead


def pool(spec: GapHead, evidence: Tensor) -> Tensor:
    """(B, H, W) evidence to (B,) means."""
    return evidence.mean(dim=(1, 2))
