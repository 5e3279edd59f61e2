"""2D U-Net as first published: two convolutions a level, max pooling, transposed convolutions (Ronneberger 2015).

The supervised baseline of paper 000 (spec 1.6), which has four levels of 24 to 192 channels and no normalisation.
"""

import torch
from monai.networks.blocks import Convolution
from torch import Tensor, nn

from bleedmap.config.segmenters import PooledUNet2dSpec
from bleedmap.segmenters.unet2d import SliceWise


class PooledUNet(nn.Module):
    """The network on single slices.

    Args:
        inputs: channels of a slice.
        channels: feature channels of every level, from the finest on.
        norm: normalisation after every convolution; None: none.
        classes: logits of a pixel.
    """

    def __init__(self, inputs: int, channels: tuple[int, ...], norm: str | None, classes: int) -> None:
        super().__init__()
        widths = (inputs, *channels)
        self.down = nn.ModuleList(_two(widths[level], width, norm) for level, width in enumerate(channels))
        self.rise = nn.ModuleList(
            nn.ConvTranspose2d(below, width, kernel_size=3, stride=2, padding=1, output_padding=1)
            for width, below in zip(channels[-2::-1], channels[:0:-1], strict=True)
        )
        self.up = nn.ModuleList(_two(2 * width, width, norm) for width in channels[-2::-1])
        self.head = nn.Conv2d(channels[0], classes, kernel_size=3, padding=1)

    def forward(self, slices: Tensor) -> Tensor:
        """(B, C, H, W), sides divisible by 2 to the number of poolings, to (B, classes, H, W) logits."""
        levels = [self.down[0](slices)]
        for block in list(self.down)[1:]:
            levels.append(block(nn.functional.max_pool2d(levels[-1], 2)))
        features = levels.pop()
        for rise, block in zip(self.rise, self.up, strict=True):
            features = block(torch.cat([levels.pop(), rise(features)], dim=1))
        logits: Tensor = self.head(features)
        return logits


def _two(inputs: int, outputs: int, norm: str | None) -> nn.Sequential:
    return nn.Sequential(
        *(
            Convolution(2, before, outputs, kernel_size=3, norm=norm, act="relu", adn_ordering="NA")
            for before in (inputs, outputs)
        )
    )


def build(spec: PooledUNet2dSpec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    norm = None if spec.norm == "none" else spec.norm
    return SliceWise(PooledUNet(len(spec.windows), spec.channels, norm, len(spec.classes)))


def patch_depth(spec: PooledUNet2dSpec) -> int:
    """One slice, whatever the spec."""
    return 1
