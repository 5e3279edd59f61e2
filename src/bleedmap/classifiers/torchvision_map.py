"""Feature maps of classifiers that timm lacks and torchvision has: AlexNet and GoogLeNet (paper 004, table 1)."""

from typing import Any

from torch import Tensor, nn
from torchvision import models
from torchvision.models.feature_extraction import create_feature_extractor

from bleedmap.errors import ConfigError

# the last layer before pooling; of AlexNet before its last max-pooling too, as for class activation maps (Zhou 2016)
LAYERS = {"alexnet": "features.11", "googlenet": "inception5b.cat"}
CHANNELS = {"alexnet": 256, "googlenet": 1024}


class TorchvisionMap(nn.Module):
    """Feature map of a torchvision model with random weights.

    Args:
        name: one of ``LAYERS``.
        stride: pixels that a cell covers; None, for these models have one feature map.
        inputs: input channels.
        weights: what timm's ``create_model`` would be told of weights to start from.

    Attributes:
        channels: of the feature map.

    Raises:
        ConfigError: pretrained weights, or a stride, are asked for.
    """

    def __init__(self, name: str, stride: int | None, inputs: int, **weights: Any) -> None:  # noqa: ANN401
        super().__init__()
        if stride is not None or weights:
            raise ConfigError(
                "torchvision-plain",
                found=f"backbone {name} with {'a stride' if stride is not None else 'pretrained weights'}",
                expected="it whole and from random weights, for timm does not have it",
                remedy="set stride to null and pretrained to false, or take a model of timm",
            )
        more = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
        network = getattr(models, name)(weights=None, **more)
        see_channels(network, inputs)
        self.features = create_feature_extractor(network, {LAYERS[name]: "map"})
        self.channels = CHANNELS[name]

    def forward(self, images: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, channels, h, w)."""
        features: Tensor = self.features(images)["map"]
        return features


def see_channels(network: nn.Module, inputs: int) -> None:
    """Give a network with random weights a first convolution for another number of input channels."""
    name, first = next((name, part) for name, part in network.named_modules() if isinstance(part, nn.Conv2d))
    if first.in_channels == inputs:
        return
    parent = network.get_submodule(name.rpartition(".")[0])
    made = nn.Conv2d(
        inputs,
        first.out_channels,
        kernel_size=first.kernel_size,  # type: ignore[arg-type]
        stride=first.stride,  # type: ignore[arg-type]
        padding=first.padding,  # type: ignore[arg-type]
        bias=first.bias is not None,
    )
    setattr(parent, name.rpartition(".")[2], made)
