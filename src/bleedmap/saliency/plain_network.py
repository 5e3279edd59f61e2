"""A plain network that classifies images, seen as the classifiers of this project are: logits, and logit maps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from bleedmap.classifiers.classifier import SliceOutput
from bleedmap.errors import BleedmapError

TOLERANCE = 0.02  # of the largest logit: more than half precision is off by, less than any other head


class PlainNetwork(nn.Module):
    """A timm network with a linear classifier after global average pooling.

    Pooling is linear, so the same classifier applied to every place of the feature map gives the logit maps; their
    mean plus bias is the logit.

    Args:
        network: such as ``timm.create_model("resnet18")``; it is not changed.

    Raises:
        BleedmapError: ``no-linear-head``.
    """

    reach = 0

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        parts = ("forward_features", "forward_head", "get_classifier")
        if not all(callable(getattr(network, part, None)) for part in parts):
            raise no_linear_head(found=f"a {type(network).__name__} without {' or '.join(parts)}")
        head = network.get_classifier()  # type: ignore[operator]
        if not isinstance(head, nn.Linear):
            raise no_linear_head(found=f"a {type(network).__name__} whose classifier is a {type(head).__name__}")
        self.network, self._head = network, head
        self.classes = tuple(str(number) for number in range(head.out_features))

    def forward(self, images: Tensor) -> SliceOutput:
        """(B, C, H, W) images, as the network takes them, to (B, K) logits and (B, K, h, w) logit maps.

        Raises:
            BleedmapError: ``no-linear-head``: the logits are not the mean of these maps plus the bias.
        """
        features = self.network.forward_features(images)  # type: ignore[operator]
        logits: Tensor = self.network.forward_head(features)  # type: ignore[operator]
        maps = torch.einsum("bchw,kc->bkhw", _channels_first(features, self._head.in_features), self._head.weight)
        bias = 0 if self._head.bias is None else self._head.bias
        off = (maps.mean(dim=(2, 3)) + bias - logits).abs()
        if (off > TOLERANCE * logits.abs().amax(dim=1, keepdim=True)).any():
            raise no_linear_head(found=f"a {type(self.network).__name__} that does more than that to its feature map")
        return SliceOutput(logits, maps)


def feature_map(network: Any, images: Tensor) -> Tensor:  # noqa: ANN401
    """(B, C, H, W) images to the (B, c, h, w) feature map that a timm network pools."""
    return _channels_first(network.forward_features(images), network.get_classifier().in_features)


class PlainLogits(nn.Module):
    """Any network from images to (B, K) logits, of which one is to be explained.

    Args:
        network: what timm calls ``forward_features`` of it is its ``backbone``, as in this project's classifiers.
        target: index of the class.
    """

    reach = 0

    def __init__(self, network: nn.Module, target: int) -> None:
        super().__init__()
        self.network, self._target = network, target
        self.classes = (str(target),)
        self._is_in_two = all(callable(getattr(network, part, None)) for part in ("forward_features", "forward_head"))
        if self._is_in_two:
            self.backbone = _Features(network)

    def forward(self, images: Tensor) -> SliceOutput:
        """(B, C, H, W) images, as the network takes them, to (B, 1), the logit of the class.

        Raises:
            BleedmapError: ``no-logits``, ``unknown-target``.
        """
        logits: object = self.backbone.logits(images) if self._is_in_two else self.network(images)
        if not isinstance(logits, Tensor) or logits.ndim != 2:
            raise BleedmapError(
                "no-logits",
                found=f"a network that gives {getattr(logits, 'shape', type(logits).__name__)}",
                expected="a tensor of a logit a class, (B, K)",
                remedy="wrap the network in a module that gives its logits alone",
            )
        require_target(self._target, logits.shape[1])
        return SliceOutput(logits[:, self._target, None])


class _Features(nn.Module):
    """The part of a timm network before its head."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.output_fmt = getattr(network, "output_fmt", None)

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.network.forward_features(images)  # type: ignore[operator]
        return features

    def logits(self, images: Tensor) -> object:
        return self.network.forward_head(self(images))  # type: ignore[operator]


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """A network in evaluation mode; every part of it goes back to the mode that it was in."""
    before = [(part, part.training) for part in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for part, training in before:
            part.training = training


def _channels_first(features: Tensor, channels: int) -> Tensor:
    """(B, C, h, w) of a feature map; Swin and its kin put channels last."""
    if features.ndim == 4 and features.shape[1] == channels:
        return features
    if features.ndim == 4 and features.shape[3] == channels:
        return features.permute(0, 3, 1, 2)
    raise no_linear_head(found=f"features of shape {tuple(features.shape)} for a classifier of {channels} channels")


def no_linear_head(found: str) -> BleedmapError:
    """The network is of another kind."""
    return BleedmapError(
        "no-linear-head",
        found=found,
        expected="a timm network that pools its feature map by its mean and classifies with one linear layer",
        remedy="use such a network, for example a ResNet, DenseNet or EfficientNet",
    )


def require_target(target: int, classes: int) -> None:
    """Refuse a class that the network does not have.

    Raises:
        BleedmapError: ``unknown-target``.
    """
    if not 0 <= target < classes:
        raise BleedmapError(
            "unknown-target",
            found=f"target {target}",
            expected=f"a class index from 0 to {classes - 1}",
            remedy="count the classes of the network from 0",
        )
