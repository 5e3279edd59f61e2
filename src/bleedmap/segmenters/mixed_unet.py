"""Mixed-UNet: one encoder, two decoders that begin apart, and their features fused (Liu 2022; spec 5.5)."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from monai.networks.nets.basic_unet import TwoConv
from torch import Tensor, nn

from bleedmap.config.segmenters import MixedUNetSpec
from bleedmap.segmenters.unet2d import SliceWise

RISES = 2  # of a decoder; the last one comes after the fusion


class MixedUNet(nn.Module):
    """The network on single slices.

    Args:
        inputs: channels of a slice.
        width: feature channels of the finest level.
        classes: logits of a pixel.
    """

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        levels = [width * 2**level for level in range(4)]
        fused = levels[1]
        self.down = nn.ModuleList(two(before, after) for before, after in pairwise([inputs, *levels]))
        self.decoders = nn.ModuleList(Decoder(levels[3], levels[2:0:-1], fused) for _ in range(2))
        self.fusion = two(2 * fused, fused)
        self.rise = rise(fused, fused)
        self.head = nn.Conv2d(fused, classes, kernel_size=1)

    def forward(self, slices: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W) logits."""
        levels = [slices]
        for number, block in enumerate(self.down):
            levels.append(block(pool(levels[-1]) if number else slices))
        fused = self.fusion(torch.cat([decode(levels) for decode in self.decoders], dim=1))
        logits: Tensor = self.head(self.rise(fused, output_size=slices.shape[2:]))
        return logits


class Decoder(nn.Module):
    """One of the branches, from the coarsest level to half the resolution.

    Args:
        deepest: channels of the coarsest level.
        skips: channels of the levels that it meets on its way, from coarse to fine.
        width: channels after each step.
    """

    def __init__(self, deepest: int, skips: list[int], width: int) -> None:
        super().__init__()
        self.rises = nn.ModuleList(
            rise(before, skip) for before, skip in zip([deepest, *[width] * (RISES - 1)], skips, strict=True)
        )
        self.blocks = nn.ModuleList(two(2 * skip, width) for skip in skips)

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Features of all levels, from fine to coarse, to (B, width, H / 2, W / 2)."""
        features = levels[-1]
        for number, (up, block) in enumerate(zip(self.rises, self.blocks, strict=True)):
            skip = levels[-2 - number]
            features = block(torch.cat([skip, up(features, output_size=skip.shape[2:])], dim=1))
        return features


def two(inputs: int, outputs: int) -> nn.Module:
    """Two convolutions of 3 x 3, each with batch normalisation and ReLU."""
    block: nn.Module = TwoConv(2, inputs, outputs, act="relu", norm="batch", bias=True)
    return block


def rise(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """A transposed convolution of 3 x 3 that doubles rows and columns, or what ``output_size`` says."""
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=3, stride=2, padding=1)


def pool(features: Tensor) -> Tensor:
    """Half the rows and columns; an odd one is kept."""
    return F.max_pool2d(features, 2, ceil_mode=True)


def build(spec: MixedUNetSpec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    return SliceWise(MixedUNet(len(spec.windows), spec.width, len(spec.classes)))


def patch_depth(spec: MixedUNetSpec) -> int:
    """One slice, whatever the spec."""
    return 1
