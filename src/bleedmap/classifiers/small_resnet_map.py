"""A small residual network as one feature map, a quarter of the image's size (Nemcek 2021; spec 3.3)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BLOCKS = 3  # residual blocks a level, of two convolutions each: 18 in three levels


class SmallResnetMap(nn.Module):
    """Three levels of residual blocks, pooling between them: a cell covers 4 x 4 pixels.

    Args:
        widths: channels of the levels, ascending.
        inputs: input channels.

    Attributes:
        channels: of the feature map.
    """

    def __init__(self, widths: Sequence[int], inputs: int) -> None:
        super().__init__()
        # brings every window to mean 0 and deviation 1 over the training data
        self.standardise = nn.BatchNorm2d(inputs, affine=False)
        levels: list[nn.Module] = []
        before = inputs
        for number, width in enumerate(widths):
            pooling: list[nn.Module] = [nn.MaxPool2d(2)] if number else []
            blocks = [ResidualBlock(before if block == 0 else width, width) for block in range(BLOCKS)]
            levels += [nn.Sequential(*pooling, *blocks)]
            before = width
        # measured on CPU: a third faster than with channels first
        self.levels = nn.Sequential(*levels).to(memory_format=torch.channels_last)
        self.channels: int = before

    def forward(self, images: Tensor) -> Tensor:
        """(B, inputs, H, W), sides multiples of 4, to (B, channels, H / 4, W / 4), at least 0."""
        if not len(images):
            # pooling takes no empty batch
            return images.new_zeros((0, self.channels, images.shape[2] // 4, images.shape[3] // 4))
        features: Tensor = self.levels(self.standardise(images.contiguous(memory_format=torch.channels_last)))
        return features


class ResidualBlock(nn.Module):
    """Two convolutions, and what came in added to them; channels that did not come in are zero (He 2016, option A).

    Args:
        inputs: input channels, at most as many as ``width``.
        width: output channels.
    """

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, width, kernel_size=3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(width)
        self._new = width - inputs

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, width, h, w)."""
        change = self.second_norm(self.second(F.relu(self.first_norm(self.first(features)))))
        return F.relu(change + F.pad(features, (0, 0, 0, 0, 0, self._new)))
