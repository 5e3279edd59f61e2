"""A timm model as encoder and a decoder of four stages: feature maps at every level, the finest at stride 4."""

from itertools import pairwise
from typing import Any

import timm
import torch
from timm.layers import EffectiveSEModule, LayerNorm2d
from torch import Tensor, nn

from bleedmap.classifiers.feature_map import require_model
from bleedmap.errors import ConfigError

FINEST = 4  # pixels that a cell of the finest level covers


class UShape(nn.Module):
    """Encoder and decoder (Chen and Kuo 2026, section 3.2; spec 4.3).

    Args:
        name: of the timm model that encodes; its features are named as those of ``FeatureMap``, so that weights of a
            classifier with the same backbone fit.
        inputs: input channels.
        weights: what timm's ``create_model`` is told of weights to start from; none: random ones.

    Attributes:
        widths: channels of every level, from fine to coarse.
        channels: those of the finest.

    Raises:
        ConfigError: there is no such model, or its levels do not halve from stride 4 on.
    """

    def __init__(self, name: str, inputs: int, **weights: Any) -> None:  # noqa: ANN401
        super().__init__()
        require_model(name)
        self.features = timm.create_model(
            name, features_only=True, out_indices=_levels(name), in_chans=inputs, **({"pretrained": False} | weights)
        ).to(memory_format=torch.channels_last)
        self.widths: tuple[int, ...] = tuple(self.features.feature_info.channels())
        self.channels = self.widths[0]
        self.deepest = EffectiveSEModule(self.widths[-1])
        self.up = nn.ModuleList(Up(below, width) for width, below in list(pairwise(self.widths))[::-1])

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """(B, inputs, H, W) to (B, widths[i], H / 4 / 2^i, W / 4 / 2^i), i from 0 on."""
        encoded = self.features(images.contiguous(memory_format=torch.channels_last))
        # Swin and its kin put channels last
        *finer, deepest = (
            each if each.shape[1] == width else each.permute(0, 3, 1, 2)
            for each, width in zip(encoded, self.widths, strict=True)
        )
        levels = [self.deepest(deepest)]
        for up, beside in zip(self.up, finer[::-1], strict=True):
            levels.append(up(levels[-1], beside))
        return tuple(levels[::-1])


class Up(nn.Module):
    """From one level of the decoder to the next finer one: depth to space, joined by what the encoder has there.

    Args:
        below: channels of the coarser level.
        width: channels of the encoder's level, and of the result.
    """

    def __init__(self, below: int, width: int) -> None:
        super().__init__()
        self.rise = nn.Sequential(
            nn.Conv2d(below, width, kernel_size=1),
            nn.Conv2d(width, 4 * width, kernel_size=3, padding=1),
            nn.PixelShuffle(2),
            LayerNorm2d(width),
        )
        self.join = nn.Sequential(
            nn.Conv2d(2 * width, width, kernel_size=1), LayerNorm2d(width), nn.ReLU(), EffectiveSEModule(width)
        )

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        """(B, below, h, w) and (B, width, 2 h, 2 w), or a cell less, to the shape of the second."""
        risen = self.rise(below)[..., : beside.shape[2], : beside.shape[3]]
        joined: Tensor = self.join(torch.cat([beside, risen], dim=1))
        return joined


def _levels(name: str) -> tuple[int, ...]:
    """Indices of the last feature map of every stride from ``FINEST`` on."""
    # a copy of the whole model, thrown away, tells its strides
    strides = timm.create_model(name, features_only=True, pretrained=False).feature_info.reduction()
    last = {stride: level for level, stride in enumerate(strides) if stride >= FINEST}
    if len(last) < 2 or list(last) != [FINEST * 2**level for level in range(len(last))]:
        raise ConfigError(
            "no-levels",
            found=f"strides {', '.join(map(str, strides))} of {name}",
            expected="feature maps at strides 4, 8 and so on, each twice the one before",
            remedy="choose another backbone for method unet, such as rdnet_tiny, or method backbone",
        )
    return tuple(last.values())
