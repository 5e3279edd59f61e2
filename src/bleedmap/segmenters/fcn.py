"""Fully convolutional network: VGG16 without its classifier, and five rises, two of them beside a skip (Long 2015)."""

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from bleedmap.config.segmenters import FcnSpec
from bleedmap.segmenters.mixed_unet import pool, rise
from bleedmap.segmenters.unet2d import SliceWise

WIDTHS = (1, 2, 4, 8, 8)  # channels of the levels of VGG16, in those of the first
CONVOLUTIONS = (2, 2, 3, 3, 3)
SKIPS = 2


class Fcn(nn.Module):
    """The network on single slices.

    Args:
        inputs: channels of a slice.
        width: feature channels of the finest level.
        classes: logits of a pixel.
    """

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        widths = [inputs, *(width * times for times in WIDTHS)]
        self.down = nn.ModuleList(
            _block(before, after, count) for (before, after), count in zip(pairwise(widths), CONVOLUTIONS, strict=True)
        )
        rising = [widths[5], widths[4], widths[3], widths[2], widths[1], max(1, width // 2)]
        self.rises = nn.ModuleList(rise(before, after) for before, after in pairwise(rising))
        self.norms = nn.ModuleList(nn.BatchNorm2d(after) for after in rising[1:])
        self.head = nn.Conv2d(rising[-1], classes, kernel_size=1)
        for part in self.down.modules():
            # as VGG begins (He 2015): without normalisation a signal would die out in thirteen layers of torch's own
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(part.bias)  # type: ignore[arg-type]

    def forward(self, slices: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W) logits."""
        levels = [slices]
        for block in self.down:
            levels.append(pool(block(levels[-1])))
        features = levels.pop()
        for number, (up, norm) in enumerate(zip(self.rises, self.norms, strict=True)):
            skip = levels.pop()
            risen = F.relu(up(features, output_size=skip.shape[2:]))
            features = norm(risen + skip if number < SKIPS else risen)
        logits: Tensor = self.head(features)
        return logits


def _block(inputs: int, outputs: int, count: int) -> nn.Sequential:
    """As many convolutions of 3 x 3 with ReLU as a level of VGG16 has."""
    widths = [inputs, *[outputs] * count]
    return nn.Sequential(
        *(
            layer
            for before, after in pairwise(widths)
            for layer in (nn.Conv2d(before, after, kernel_size=3, padding=1), nn.ReLU())
        )
    )


def build(spec: FcnSpec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    return SliceWise(Fcn(len(spec.windows), spec.width, len(spec.classes)))


def patch_depth(spec: FcnSpec) -> int:
    """One slice, whatever the spec."""
    return 1
