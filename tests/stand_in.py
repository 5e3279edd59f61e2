"""A classifier small enough to follow by hand, which answers as all slice classifiers do."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.constants import CLASSES

CELL = 4  # pixels that a place of the logit map covers
NEUTRAL = 0.45  # grey value that speaks neither for a class nor against it


class StandIn(nn.Module):
    """Logit maps are a mix of the brain windows of a slice and its neighbours, mean over cells; logits their means.

    Args:
        classes: names of its classes.
        reach: slices that it sees on each side.
        with_maps: False for one that makes no logit maps.
    """

    def __init__(self, classes=CLASSES, reach=0, *, with_maps=True):
        super().__init__()
        self.classes, self.reach, self._with_maps = tuple(classes), reach, with_maps
        generator = torch.Generator().manual_seed(7)
        weight = torch.randn((len(self.classes), 2 * reach + 1, 3, 3), generator=generator)
        # grey values speak for a bleed of any kind
        self.weight = nn.Parameter(torch.cat([torch.ones_like(weight[:1]), weight[1:]]))
        self.bias = nn.Parameter(torch.full((len(self.classes),), -0.5))

    def forward(self, hu: Tensor) -> SliceOutput:
        grey = ((hu.float() - 40) / 80 + 0.5).clamp(0, 1)
        maps = F.conv2d(F.avg_pool2d(grey, CELL) - NEUTRAL, self.weight, padding=1)
        logits = maps.mean(dim=(2, 3)) + self.bias
        return SliceOutput(logits, maps if self._with_maps else None)
