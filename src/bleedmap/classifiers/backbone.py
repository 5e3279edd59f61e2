"""Any timm model as one feature map."""

import timm
import torch
from torch import Tensor, nn

from bleedmap.config.classifiers import ClassifierSpec
from bleedmap.config.names import nearest
from bleedmap.errors import ConfigError


class Backbone(nn.Module):
    """Feature map of a timm model, cut off at a stride.

    Args:
        spec: name, stride and windows (channels).
        pretrained: load timm's weights; False where saved weights follow.
    """

    def __init__(self, spec: ClassifierSpec, *, pretrained: bool) -> None:
        super().__init__()
        if not timm.is_model(spec.backbone):
            raise ConfigError(
                "unknown-backbone",
                found=f"backbone {spec.backbone!r}",
                expected="a timm model",
                remedy=f"correct it: {nearest(spec.backbone, timm.list_models())[:200]}",
            )
        level = _level(spec)
        self.features = timm.create_model(
            spec.backbone,
            pretrained=pretrained,
            features_only=True,
            out_indices=(level,),
            in_chans=len(spec.windows),
        )
        # measured on CPU: a third more slices a second than with channels first
        self.features = self.features.to(memory_format=torch.channels_last)
        self.channels: int = self.features.feature_info.channels()[-1]

    def forward(self, images: Tensor) -> Tensor:
        """(B, C, H, W) windowed slices to (B, channels, H / stride, W / stride)."""
        features: Tensor = self.features(images.contiguous(memory_format=torch.channels_last))[0]
        # Swin and its kin put channels last
        return features if features.shape[1] == self.channels else features.permute(0, 3, 1, 2)


def _level(spec: ClassifierSpec) -> int:
    """Index of the deepest feature map with the wanted stride."""
    # a copy of the whole model, thrown away, tells its strides
    strides = timm.create_model(spec.backbone, features_only=True, pretrained=False).feature_info.reduction()
    if spec.stride is None:
        return len(strides) - 1
    if spec.stride not in strides:
        raise ConfigError(
            "bad-stride",
            found=f"stride {spec.stride} for {spec.backbone}",
            expected=f"one of {', '.join(map(str, strides))}",
            remedy="choose one of these, or null for the whole network",
        )
    return max(level for level, stride in enumerate(strides) if stride == spec.stride)
