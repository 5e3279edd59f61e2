"""A timm model as encoder and a decoder of four stages: feature maps at every level, the finest at stride 4."""

import contextlib
from itertools import pairwise
from typing import Any

import timm
import torch
from timm.layers import EffectiveSEModule, LayerNorm2d
from torch import Tensor, nn

from bleedmap.classifiers.feature_map import require_model
from bleedmap.errors import ConfigError

FINEST = 4  # pixels that a cell of the finest level covers
PATCH = 0.5  # middle of a patch of two cells side by side, from the middle of its first


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
        self._moves = _moves(self.features, inputs)
        self.widths: tuple[int, ...] = tuple(self.features.feature_info.channels())
        self.channels = self.widths[0]
        self.deepest = EffectiveSEModule(self.widths[-1])
        self.up = nn.ModuleList(Up(below, width) for width, below in list(pairwise(self.widths))[::-1])

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """(B, inputs, H, W) to (B, widths[i], H / 4 / 2^i, W / 4 / 2^i), i from 0 on."""
        encoded = self.features(images.contiguous(memory_format=torch.channels_last))
        *finer, deepest = (
            # Swin and its kin put channels last
            _moved(each if each.shape[1] == width else each.permute(0, 3, 1, 2), by)
            for each, width, by in zip(encoded, self.widths, self._moves, strict=True)
        )
        levels = [self.deepest(deepest)]
        for up, beside in zip(self.up, finer[::-1], strict=True):
            levels.append(up(levels[-1], beside))
        return tuple(levels[::-1])


def _moves(features: Any, inputs: int) -> list[float]:  # noqa: ANN401
    """How far each level is to be moved, in its own cells, so that four cells lie in the place of the one below.

    Depth to space and the loss that compares levels take cells for patches side by side. In an encoder that halves by
    padded convolutions cell i lies on cell 2 i of the level above instead, and a trained network would show what it
    sees up to half a deepest cell away. So each layer that halves a level tells where its windows lie.
    """
    found: dict[int, list[float]] = {}  # by the side of what is halved: middle of window 0, in cells of that

    def look(layer: Any, given: tuple[Tensor, ...]) -> None:  # noqa: ANN401
        if _side(layer.stride) == 2:
            middle = (_side(layer.kernel_size) - 1) / 2 - _side(layer.padding)
            found.setdefault(given[0].shape[-1], []).append(middle)

    handles = [
        part.register_forward_pre_hook(look)
        for part in features.modules()
        if isinstance(part, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d)
    ]
    levels = len(features.feature_info.channels())
    side = FINEST * 2**levels
    was_training = features.training
    # a transformer that takes one size alone halves by patches
    with torch.no_grad(), contextlib.suppress(AssertionError, RuntimeError):
        features.eval()(torch.zeros(1, inputs, side, side))
    features.train(was_training)
    for handle in handles:
        handle.remove()
    place, moves = 0.0, [0.0]
    for level in range(levels - 1):
        middles = found.get(side // FINEST // 2**level, [PATCH])
        place += 2**level * sum(middles) / len(middles)
        moves.append(((2 ** (level + 1) - 1) * PATCH - place) / 2 ** (level + 1))
    return moves


def _side(size: int | tuple[int, ...]) -> int:
    """Of a layer's square kernel, stride or padding."""
    return size[0] if isinstance(size, tuple) else size


def _moved(features: Tensor, by: float) -> Tensor:
    """(B, C, h, w) as seen from ``by`` cells further down and right, linear between cells, less than one."""
    for axis in (2, 3) if by else ():
        cells = features.shape[axis]
        parts = [(1, cells - 1), (cells - 1, 1)] if by > 0 else [(0, 1), (0, cells - 1)]
        beside = torch.cat([features.narrow(axis, start, length) for start, length in parts], dim=axis)
        features = torch.lerp(features, beside, abs(by))
    return features


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
