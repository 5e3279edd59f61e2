"""DeepLabV3, slice by slice: features of a ResNet or MobileNet, pooled at several distances (Chen 2017)."""

import torch
from torch import Tensor, nn
from torchvision.models import segmentation

from bleedmap.classifiers.torchvision_map import see_channels
from bleedmap.config.segmenters import DeepLabV3Spec
from bleedmap.segmenters.unet2d import SliceWise
from bleedmap.training import together

MOMENTUM = 0.1  # of normalisation; torchvision's MobileNet has 0.01, for trainings of far more steps than here


class DeepLab(nn.Module):
    """torchvision's network, for any number of input channels.

    Args:
        inputs: channels of a slice.
        backbone: torchvision's name of it.
        classes: logits of a pixel.
    """

    def __init__(self, inputs: int, backbone: str, classes: int) -> None:
        super().__init__()
        make = getattr(segmentation, f"deeplabv3_{backbone}")
        self.network: nn.Module = make(weights=None, weights_backbone=None, num_classes=classes, aux_loss=False)
        see_channels(self.network, inputs)
        for part in self.network.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.momentum = MOMENTUM

    def forward(self, slices: Tensor) -> Tensor:
        """(B, C, H, W) to (B, classes, H, W) logits."""
        # normalisation of the pooled picture has no deviation to take from a single slice, so it is shown twice; where
        # processes share a batch, each has at least one
        is_single = self.training and len(slices) == 1 and together.count() == 1
        shown = torch.cat([slices, slices]) if is_single else slices
        logits: Tensor = self.network(shown)["out"]
        return logits[: len(slices)]


def build(spec: DeepLabV3Spec) -> nn.Module:
    """Network from (B, C, D, H, W) to (B, classes, D, H, W) logits."""
    return SliceWise(DeepLab(len(spec.windows), spec.backbone, len(spec.classes)))


def patch_depth(spec: DeepLabV3Spec) -> int:
    """One slice, whatever the spec."""
    return 1
