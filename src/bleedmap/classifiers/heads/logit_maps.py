"""Heads that pool logit maps: a linear layer at every place of the feature map, then a pooling, then a bias a class."""

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput


class LogitMapHead(nn.Module):
    """Base of these heads.

    The linear layer stands before the pooling, as a 1 x 1 convolution: for average pooling that is the same network
    (pooling is linear), and the map it makes is the class activation map for any pooling.

    Args:
        channels: of the feature map.
        classes: number of classes.
        kernel: rows and columns of the feature map that a place's logit is made of, an odd number.
    """

    def __init__(self, channels: int, classes: int, kernel: int = 1) -> None:
        super().__init__()
        self.layer = nn.Conv2d(channels, classes, kernel_size=kernel, padding=kernel // 2, bias=False)
        self.bias = nn.Parameter(torch.zeros(classes))

    def pool(self, maps: Tensor) -> Tensor:
        """(B, K, h, w) logit maps to (B, K)."""
        raise NotImplementedError

    def bag(self, features: Tensor) -> Tensor:
        """(S, channels, h, w) features of slices of one scan to (1, K) logits of the scan, pooled over all places."""
        return self.pool(as_one(self.layer(features))) + self.bias

    def forward(self, features: Tensor) -> SliceOutput:
        """(B, channels, h, w) features to logits and their maps."""
        maps = self.layer(features)
        return SliceOutput(self.pool(maps) + self.bias, maps)


def as_one(maps: Tensor) -> Tensor:
    """(S, C, h, w) maps of slices to one map of all their places, (1, C, S h, w)."""
    return maps.movedim(0, 1).flatten(1, 2)[None]
