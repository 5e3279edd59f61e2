"""A whole Swin transformer of timm as one feature map, for images of any size."""

from typing import Any, cast

import timm
import torch.nn.functional as F
from timm.models import is_model_in_modules
from torch import Tensor, nn

from bleedmap.classifiers.feature_map import require_model
from bleedmap.config.names import nearest
from bleedmap.config.swin import SwinSpec
from bleedmap.errors import ConfigError

FAMILY = "swin_transformer"  # the module of timm that has version 1


class SwinMap(nn.Module):
    """What a Swin transformer (v1; Liu 2021) pools and classifies: the tokens of its last stage, normalised.

    Args:
        name: of the timm model.
        spec: its size and shape.
        inputs: input channels.
        weights: what timm's ``create_model`` is told of weights to start from; none: random ones.

    Attributes:
        network: timm's network, without a classifier.
        channels: of the feature map.

    Raises:
        ConfigError: there is no such model, it is no Swin transformer, or its shape cannot be.
    """

    def __init__(self, name: str, spec: SwinSpec, inputs: int, **weights: Any) -> None:  # noqa: ANN401
        super().__init__()
        require_model(name)
        if not is_model_in_modules(name, FAMILY):
            raise ConfigError(
                "no-swin",
                found=f"backbone {name!r} for method swin",
                expected="a Swin transformer (v1)",
                remedy=f"set method to backbone, or correct the name: {nearest(name, timm.list_models(module=FAMILY))}",
            )
        self.network = timm.create_model(name, in_chans=inputs, num_classes=0, **_shape(spec), **weights)
        self.channels: int = self.network.num_features

    def forward(self, images: Tensor) -> Tensor:
        """(B, inputs, H, W), resized where it is not of the network's own size, to (B, channels, h, w)."""
        own: tuple[int, int] = self.network.patch_embed.img_size
        if images.shape[2:] != own:
            images = F.interpolate(images, size=own, mode="bilinear", antialias=True)
        if not len(images):
            # windows of no image at all have no shape
            return images.new_zeros((0, self.channels, 1, 1))
        return cast("Tensor", self.network.forward_features(images)).permute(0, 3, 1, 2)


def _shape(spec: SwinSpec) -> dict[str, Any]:
    """What timm's ``create_model`` is told of the shape."""
    given = {
        "img_size": spec.image,
        "window_size": spec.window,
        "embed_dim": spec.embed_dim,
        "depths": spec.depths,
        "num_heads": spec.num_heads,
    }
    return {key: value for key, value in given.items() if value is not None}
