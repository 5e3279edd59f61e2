"""Networks that see one bright disc and nothing else, built by hand, and where they see it."""

from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

# In cells. Patches side by side see a disc of this radius where it lies: the parts of it that they cut off balance,
# for 2 pi times the radius is a zero of the Bessel function J1. Overlapping fields see any disc where it lies.
RADIUS = 7.0156 / (2 * np.pi)
PLACES = ((0.0, 0.0), (0.25, 0.5), (0.5, 0.75), (-0.3, 0.1))  # cells from the middle of the picture


class Cut(nn.Module):
    """A timm network up to a stride, with a mean and a linear layer after it.

    Args:
        name: of the timm model.
        stride: pixels from one cell of its feature map to the next.
        smaller: what timm's ``create_model`` is told to make a smaller one.
    """

    def __init__(self, name: str, stride: int, **smaller: Any) -> None:  # noqa: ANN401
        super().__init__()
        strides = timm.create_model(name, features_only=True, **smaller).feature_info.reduction()
        level = max(number for number, found in enumerate(strides) if found == stride)
        self.body = timm.create_model(name, features_only=True, out_indices=(level,), **smaller)
        self.head = nn.Linear(self.body.feature_info.channels()[-1], 1)

    def forward_features(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) to the feature map."""
        features: Tensor = self.body(images)[0]
        return features

    def forward_head(self, features: Tensor) -> Tensor:
        """Feature map to (B, 1) logits."""
        is_first = features.shape[1] == self.head.in_features
        logits: Tensor = self.head(features.mean((2, 3) if is_first else (1, 2)))
        return logits

    def get_classifier(self) -> nn.Linear:
        """The linear layer."""
        return self.head


def adding_up(network: nn.Module) -> nn.Module:
    """Every layer becomes a mean of what it sees; attention and layer norms, which are none, are taken out."""
    for name, weights in network.named_parameters():
        is_none = name.endswith(("bias", "attn.proj.weight"))
        nn.init.constant_(weights, 0.0 if is_none else 1 / weights[0].numel())
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.ones_(part.weight)
        for name, child in part.named_children():
            if isinstance(child, nn.LayerNorm):
                setattr(part, name, nn.Identity())
    return network.eval()


def places(size: int, stride: int) -> NDArray[np.float64]:
    """(n, 2) rows and columns around the middle of a picture, at several places within a cell."""
    return np.array([(size // 2 + row * stride, size // 2 + column * stride) for row, column in PLACES])


def discs(size: int, stride: int) -> Tensor:
    """(n, size, size) pictures, 1 in a disc at one of the ``places``, 0 around it."""
    rows, columns = torch.meshgrid(*[torch.arange(size).float()] * 2, indexing="ij")
    shown = [torch.hypot(rows - row, columns - column) <= RADIUS * stride for row, column in places(size, stride)]
    return torch.stack(shown).float()


def centroids(maps: Tensor) -> NDArray[np.float64]:
    """(n, 2) row and column of the centroids of (n, size, size) maps."""
    shares = maps.double() / maps.double().sum((1, 2), keepdim=True)
    pixels = torch.arange(maps.shape[1]).double()
    return np.asarray(torch.stack([shares.sum(2) @ pixels, shares.sum(1) @ pixels], dim=1).numpy())
