"""Saliency methods for a plain network and a tensor of images, without a config or a workflow.

Example:
    >>> import timm, torch
    >>> from bleedmap.maps import cam, grad_cam, hgi_sam, self_attention
    >>> images = torch.rand(4, 3, 64, 64)
    >>> model = timm.create_model("test_resnet", pretrained=False, num_classes=2)
    >>> maps = cam(model, images, target=1)
    >>> maps.shape, maps.dtype, bool(maps.min() >= 0), bool(maps.max() <= 1)
    (torch.Size([4, 64, 64]), torch.float32, True, True)

    A Swin transformer, here a small one, has self-attention maps as well:

    >>> shape = {"img_size": 64, "window_size": 4, "embed_dim": 24, "depths": (2, 2, 2, 2), "num_heads": (1, 2, 2, 4)}
    >>> swin = timm.create_model("swin_tiny_patch4_window7_224", pretrained=False, num_classes=2, **shape)
    >>> hgi_sam(swin, images, target=1).shape
    torch.Size([4, 64, 64])
    >>> self_attention(swin, images).shape, grad_cam(swin, images, target=1, layer="norm1").shape
    (torch.Size([4, 64, 64]), torch.Size([4, 64, 64]))

    And any network has gradients at its pixels:

    >>> from bleedmap.maps import guided_backprop, input_gradient, integrated_gradients
    >>> [method(model, images, target=1).shape for method in (input_gradient, guided_backprop)]
    [torch.Size([4, 64, 64]), torch.Size([4, 64, 64])]

Importing this module loads no deep-learning library; the first call does.
"""

from typing import TYPE_CHECKING, Literal

from bleedmap.errors import BleedmapError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from bleedmap.config.saliency import AnySaliency

__all__ = [
    "cam",
    "grad_cam",
    "guided_backprop",
    "hgi_sam",
    "input_gradient",
    "integrated_gradients",
    "self_attention",
]


def cam(model: "nn.Module", images: "Tensor", target: int) -> "Tensor":
    """Class activation map (Zhou 2016): which parts of an image speak for a class.

    Args:
        model: a timm network with one linear classifier after global average pooling (ResNet, DenseNet, EfficientNet
            and many more). It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum; zero where nothing speaks for
        the class.

    Raises:
        BleedmapError: the network has another kind of head, there is no such class, or the images have another shape.
    """
    from bleedmap.config.saliency import CamSpec  # noqa: PLC0415  see the module's docstring
    from bleedmap.saliency.plain_network import PlainNetwork, require_target  # noqa: PLC0415

    network = PlainNetwork(model)
    require_target(target, len(network.classes))
    return _explain(CamSpec(), network, images, target)


def grad_cam(model: "nn.Module", images: "Tensor", target: int, *, layer: str = "backbone") -> "Tensor":
    """Grad-CAM (Selvaraju 2017): channels of a feature map, weighed by how much a class depends on them.

    Args:
        model: a network from images to (B, K) logits. It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.
        layer: module whose output is explained: the last one by that name or with a dotted name that ends so, such as
            ``layer3`` or, of a Swin transformer, ``norm1``; ``backbone`` is what timm's ``forward_features`` gives.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum; zero where nothing speaks for
        the class.

    Raises:
        BleedmapError: there is no such layer, it gives no feature map, or there is no such class.
    """
    from bleedmap.config.saliency import GradCamSpec  # noqa: PLC0415

    return _explain_logit(GradCamSpec(layer=layer), model, images, target)


def hgi_sam(
    model: "nn.Module",
    images: "Tensor",
    target: int,
    *,
    stages: int = 3,
    grad_at: Literal["weights", "scores"] = "weights",
    norm_scope: Literal["window", "block"] = "window",
) -> "Tensor":
    """Head-wise gradient-infused self-attention map of a Swin transformer (HGI-SAM, Rasoulian 2023).

    Args:
        model: a Swin transformer of timm (version 1, any size), or a network that holds one and gives (B, K) logits.
            It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.
        stages: stages whose maps are multiplied, from the finest on; the paper takes three of four.
        grad_at: gradient at the attention weights, as the paper has it, or at the scores before softmax, as its
            released code.
        norm_scope: a head's gradient is measured in each window, or over all windows of a block at once.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum.

    Raises:
        BleedmapError: the network holds no such transformer, there is no such class, or a stage has one token.
    """
    from bleedmap.config.saliency import HgiSamSpec  # noqa: PLC0415

    spec = HgiSamSpec(stages=stages, grad_at=grad_at, norm_scope=norm_scope)
    return _explain_logit(spec, model, images, target)


def self_attention(model: "nn.Module", images: "Tensor", *, stages: int = 4) -> "Tensor":
    """Self-attention map of a Swin transformer (SAM, Rasoulian 2022): what it attends to, whatever the class.

    Args:
        model: a Swin transformer of timm (version 1, any size), or a network that holds one and gives (B, K) logits.
            It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        stages: stages whose maps are multiplied, from the finest on.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum.

    Raises:
        BleedmapError: the network holds no such transformer, or a stage has one token.
    """
    from bleedmap.config.saliency import SelfAttentionSpec  # noqa: PLC0415

    return _explain_logit(SelfAttentionSpec(stages=stages), model, images, 0)


def input_gradient(model: "nn.Module", images: "Tensor", target: int, *, internal_batch: int = 8) -> "Tensor":
    """Size of the gradient of a class at each pixel (Simonyan 2014), summed over the channels.

    Args:
        model: a network from images to (B, K) logits. It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.
        internal_batch: images that go through the network at once; memory grows with it, maps are the same.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum.

    Raises:
        BleedmapError: there is no such class, or the images have another shape.
    """
    from bleedmap.config.saliency import InputGradientSpec  # noqa: PLC0415

    return _explain_logit(InputGradientSpec(internal_batch=internal_batch), model, images, target)


def guided_backprop(model: "nn.Module", images: "Tensor", target: int, *, internal_batch: int = 8) -> "Tensor":
    """Guided backpropagation (Springenberg 2015): the same, of which each ReLU lets through what is positive.

    Args:
        model: a network from images to (B, K) logits whose activations are all ReLU, such as a ResNet or DenseNet. It
            is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.
        internal_batch: images that go through the network at once; memory grows with it, maps are the same.

    Returns:
        (B, H, W) float32 in [0, 1], each map stretched to its own minimum and maximum.

    Raises:
        BleedmapError: the network has other activations, there is no such class, or the images have another shape.
    """
    from bleedmap.config.saliency import GuidedBackpropSpec  # noqa: PLC0415

    return _explain_logit(GuidedBackpropSpec(internal_batch=internal_batch), model, images, target)


def integrated_gradients(
    model: "nn.Module", images: "Tensor", target: int, *, steps: int = 50, internal_batch: int = 8
) -> "Tensor":
    """Integrated gradients (Sundararajan 2017) from an image of zeros on: how much of the logit each pixel makes.

    Args:
        model: a network from images to (B, K) logits. It is asked in evaluation mode and left as it was.
        images: (B, C, H, W) float, prepared as the network was trained, on its device.
        target: index of the class.
        steps: on the way from zeros to an image.
        internal_batch: steps that go through the network at once; memory grows with it, maps are the same.

    Returns:
        (B, H, W) float32 in [0, 1], sizes summed over the channels, each map stretched to its own minimum and maximum.

    Raises:
        BleedmapError: there is no such class, or the images have another shape.
    """
    from bleedmap.config.saliency import IntegratedGradientsSpec  # noqa: PLC0415

    return _explain_logit(IntegratedGradientsSpec(steps=steps, internal_batch=internal_batch), model, images, target)


def _explain_logit(spec: "AnySaliency", model: "nn.Module", images: "Tensor", target: int) -> "Tensor":
    from bleedmap.saliency.plain_network import PlainLogits  # noqa: PLC0415

    return _explain(spec, PlainLogits(model, target), images, 0)


def _explain(spec: "AnySaliency", network: "nn.Module", images: "Tensor", target: int) -> "Tensor":
    import torch  # noqa: PLC0415

    from bleedmap.saliency import explain  # noqa: PLC0415
    from bleedmap.saliency.plain_network import evaluating  # noqa: PLC0415
    from bleedmap.saliency.stretch import stretch  # noqa: PLC0415

    if images.ndim != 4 or not images.is_floating_point():
        raise BleedmapError(
            "bad-images",
            found=f"a tensor of shape {tuple(images.shape)} and {images.dtype}",
            expected="(B, C, H, W) floating point",
            remedy="scale the images as the network was trained, and give a single one as images[None]",
        )
    with evaluating(network), torch.no_grad():
        raw = explain(spec, network, images, target)
        return stretch(raw).maps.float()
