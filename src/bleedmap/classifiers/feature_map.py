"""Any timm model as one feature map."""

from typing import Any

import timm
import torch
from torch import Tensor, nn

from bleedmap.config.names import nearest
from bleedmap.errors import ConfigError


class FeatureMap(nn.Module):
    """Feature map of a timm model, cut off at a stride.

    Args:
        name: of the timm model.
        stride: pixels that a cell covers; None: the deepest.
        inputs: input channels.
        weights: what timm's ``create_model`` is told of weights to start from; none: random ones.

    Raises:
        ConfigError: there is no such model, or it has no such stride.
    """

    def __init__(self, name: str, stride: int | None, inputs: int, **weights: Any) -> None:  # noqa: ANN401
        super().__init__()
        require_model(name)
        level = _level(name, stride)
        self.features = timm.create_model(
            name, features_only=True, out_indices=(level,), in_chans=inputs, **({"pretrained": False} | weights)
        )
        # measured on CPU: a third more slices a second than with channels first
        self.features = self.features.to(memory_format=torch.channels_last)
        self.channels: int = self.features.feature_info.channels()[-1]

    def forward(self, images: Tensor) -> Tensor:
        """(B, inputs, H, W) to (B, channels, H / stride, W / stride)."""
        features: Tensor = self.features(images.contiguous(memory_format=torch.channels_last))[0]
        # Swin and its kin put channels last
        return features if features.shape[1] == self.channels else features.permute(0, 3, 1, 2)


def require_model(name: str) -> None:
    """Refuse a name that is no timm model, or has a tag of weights that timm does not know.

    Raises:
        ConfigError: it is none.
    """
    if not timm.is_model(name):
        raise ConfigError(
            "unknown-backbone",
            found=f"backbone {name!r}",
            expected="a timm model",
            remedy=f"correct it: {nearest(name, timm.list_models())[:200]}",
        )
    model, _, tag = name.partition(".")
    if tag and name not in (tags := timm.list_models(f"{model}.*", pretrained=True)):
        raise ConfigError(
            "unknown-weights",
            found=f"backbone {name!r}",
            expected=f"a tag of weights that timm knows of {model}, or none",
            remedy=f"correct it: {nearest(name, tags)[:200]}",
        )


def _level(name: str, stride: int | None) -> int:
    """Index of the deepest feature map with the wanted stride."""
    # a copy of the whole model, thrown away, tells its strides
    strides = timm.create_model(name, features_only=True, pretrained=False).feature_info.reduction()
    if stride is None:
        return len(strides) - 1
    if stride not in strides:
        raise ConfigError(
            "bad-stride",
            found=f"stride {stride} for {name}",
            expected=f"one of {', '.join(map(str, strides))}",
            remedy="choose one of these, or null for the whole network",
        )
    return max(level for level, found in enumerate(strides) if found == stride)
